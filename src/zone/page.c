/* Who sees a page: page.h. */
#include "zone/page.h"

#include "zone/record.h"

bool page_seen(struct op *op, const struct pack_page *page)
{
    const struct actor *a = op->actor;
    if (a->system)
        return true;
    if (page->role_count) {
        for (size_t i = 0; a->role && i < page->role_count; i++)
            if (str_equal(page->roles[i], a->role->code))
                return true;
        return false;
    }
    if (!str_is(page->house, "hall") && !(a->role && pack_role_enters(a->role, page->house)))
        return false;
    return !page->r || register_seen(op, page->r);
}
