/* What an instance listens for, said outside: for a page that offers to send it. */
#include "bpmn/run.h"

size_t bpmn_listening(
    const struct bpmn_instance *i, struct bpmn_listening *out, size_t capacity)
{
    enum { EACH_MAX = 64 };
    struct subscription list[EACH_MAX];
    size_t count = 0;
    for (size_t t = 0; t < i->token_count; t++) {
        size_t n = subscriptions_of(i, &i->tokens[t], list, EACH_MAX);
        for (size_t k = 0; k < n && k < EACH_MAX && count < capacity; k++) {
            const struct bpmn_event *e = &i->model->plans[list[k].node].events[list[k].event];
            out[count++] = (struct bpmn_listening){ .token = list[k].token,
                .node = &i->model->nodes[list[k].node],
                .event = bpmn_event_element(e->kind),
                .name = e->name };
        }
    }
    return count;
}
