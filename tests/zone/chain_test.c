/* The analysis of an industry chain: each verdict at its limit, pairs, places, and a large one against a
 * plain recount. */
#include "house.h"

#include "zone/chain.h"

#include <stdlib.h>

enum { MATERIAL, FILM, CELL, PACK, CAR, REUSE, LONELY, LINKS };
static const struct chain_edge edges[]
    = { { MATERIAL, CELL }, { FILM, CELL }, { CELL, PACK }, { PACK, CAR }, { CAR, REUSE } };

static struct chain_result analyse(struct arena *a, const struct chain_input *in)
{
    struct chain_result r;
    struct diag d = { 0 };
    arena_init(a, NULL, 512 * MIB);
    assert_int_equal(chain_analyse(a, in, &r, &d), OK);
    return r;
}

static struct chain_input small(const struct chain_placement *p, size_t placements,
    const struct chain_supply *s, size_t supplies)
{
    return (struct chain_input){ .rules = { .few = 2, .many = 3, .outside = 50, .local = 60 },
        .link_count = LINKS,
        .edge_count = sizeof edges / sizeof *edges,
        .place_count = 3,
        .edges = edges,
        .placement_count = placements,
        .placements = p,
        .supply_count = supplies,
        .supplies = s };
}

#define COUNT(x) (sizeof(x) / sizeof *(x))

/* Firms 0 … on: two make cells, three packs, one material, one the car. */
static const struct chain_placement placed[] = { { MATERIAL, 0 }, { CELL, 1 }, { CELL, 2 },
    { PACK, 3 }, { PACK, 4 }, { PACK, 5 }, { CAR, 6 }, { PACK, 6 } };

static void verdicts(void **state)
{
    (void)state;
    struct arena a;
    const struct chain_supply bought[] = { { 1, 0, MATERIAL, -1, 49 }, { 2, -1, MATERIAL, 0, 51 },
        { 6, 3, PACK, -1, 60 }, { 6, -1, PACK, 1, 40 }, { 3, 1, CELL, -1, 51 },
        { 4, -1, CELL, 2, 49 } };
    struct chain_input in = small(placed, COUNT(placed), bought, COUNT(bought));
    struct chain_result r = analyse(&a, &in);
    static const enum chain_verdict wanted[LINKS] = { [MATERIAL] = CHAIN_WEAK, /* 51 of 100 outside */
        [FILM] = CHAIN_MISSING,  /* nobody buys it on record, but cells are made */
        [CELL] = CHAIN_PLAIN,    /* few, but 49 of 100 outside is below half */
        [PACK] = CHAIN_STRONG,   /* four makers, exactly 60 of 100 bought here */
        [CAR] = CHAIN_PLAIN,     /* no purchase on record: not judged */
        [REUSE] = CHAIN_EXTEND,  /* nobody asks, but cars are made */
        [LONELY] = CHAIN_EMPTY };
    for (int i = 0; i < LINKS; i++)
        assert_int_equal(r.links[i].verdict, wanted[i]);
    assert_int_equal(r.links[PACK].enterprises, 4);
    assert_int_equal(r.links[CELL].feeds, 4);
    assert_int_equal(r.links[CELL].fed_by, 1);
    assert_int_equal(r.links[MATERIAL].buyers, 2);
    assert_int_equal(r.enterprises, 7); /* firm 6 stands on two links */
    assert_int_equal(r.held, 4);
    assert_int_equal(r.needed, 5);
    assert_int_equal(r.bought, 300);
    assert_int_equal(r.outside, 140);
    arena_release(&a);
}

static void at_the_limits(void **state)
{
    (void)state;
    struct arena a;
    struct chain_supply bought[] = { { 1, 0, MATERIAL, -1, 50 }, { 2, -1, MATERIAL, 0, 50 },
        { 6, 3, PACK, -1, 59 }, { 6, -1, PACK, 1, 41 } };
    struct chain_input in = small(placed, COUNT(placed), bought, COUNT(bought));
    struct chain_result r = analyse(&a, &in);
    assert_int_equal(r.links[MATERIAL].verdict, CHAIN_WEAK); /* exactly half outside */
    assert_int_equal(r.links[PACK].verdict, CHAIN_PLAIN);    /* 59 of 100 */
    arena_release(&a);
    in.rules.many = 5; /* one more than there are */
    bought[2].amount = 100;
    r = analyse(&a, &in);
    assert_int_equal(r.links[PACK].verdict, CHAIN_PLAIN);
    arena_release(&a);
    in.rules.few = 0;
    r = analyse(&a, &in);
    assert_int_equal(r.links[MATERIAL].verdict, CHAIN_PLAIN);
    arena_release(&a);
}

static void next_door(void **state)
{
    (void)state;
    struct arena a;
    const struct chain_supply bought[] = {
        { 3, -1, CELL, 0, 10 },     /* two neighbours make cells */
        { 1, -1, CELL, 1, 30 },     /* who makes cells himself has one neighbour */
        { 6, -1, CAR, 1, 99 },      /* the only maker of cars: nobody next door */
        { 2, -1, FILM, 2, 70 },     /* nobody makes film */
        { 4, 1, CELL, -1, 500 },    /* bought here */
        { 5, -1, CELL, 1, 30 },     /* as much as another: in the order of the input */
        { 7, -1, PACK, 1, 5 },      /* by the firm that also stands on the car: three others */
    };
    struct chain_input in = small(placed, COUNT(placed), bought, COUNT(bought));
    struct chain_result r = analyse(&a, &in);
    static const struct chain_pair wanted[] = { { 1, 1 }, { 5, 2 }, { 0, 2 }, { 6, 3 } };
    assert_int_equal(r.pair_count, COUNT(wanted));
    for (size_t i = 0; i < COUNT(wanted); i++) {
        assert_int_equal(r.pairs[i].supply, wanted[i].supply);
        assert_int_equal(r.pairs[i].neighbours, wanted[i].neighbours);
    }
    assert_int_equal(r.pair_amount, 75);
    assert_int_equal(r.links[CELL].places[0], 1); /* 60 from place 1, then 10 from place 0 */
    assert_int_equal(r.links[CELL].place_amounts[0], 60);
    assert_int_equal(r.links[CELL].places[1], 0);
    assert_int_equal(r.links[CELL].places[2], -1);
    arena_release(&a);
}

static void nothing(void **state)
{
    (void)state;
    struct arena a;
    struct chain_input in = { .rules = { 3, 5, 50, 60 } };
    struct chain_result r = analyse(&a, &in);
    assert_int_equal(r.needed, 0);
    assert_int_equal(r.pair_count, 0);
    arena_release(&a);
    in = small(NULL, 0, NULL, 0);
    r = analyse(&a, &in);
    for (int i = 0; i < LINKS; i++)
        assert_int_equal(r.links[i].verdict, CHAIN_EMPTY);
    arena_release(&a);
}

/* 3,000 enterprises and 20,000 purchases, counted again the slow way. */
static void large(void **state)
{
    (void)state;
    enum { PLACED = 3000, BOUGHT = 20000, ON = 60 };
    struct arena a;
    struct chain_placement *p = calloc(PLACED, sizeof *p);
    struct chain_supply *s = calloc(BOUGHT, sizeof *s);
    uint64_t seed = 7;
    for (int i = 0; i < PLACED; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        p[i] = (struct chain_placement){ (int)(seed >> 33) % ON, (int)(seed >> 40) % 2500 };
    }
    for (int i = 0; i < BOUGHT; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        s[i] = (struct chain_supply){ .buyer = (int)(seed >> 33) % PLACED,
            .supplier = seed >> 63 ? (int)(seed >> 40) % PLACED : -1,
            .link = (int)(seed >> 45) % (ON + 5),
            .place = (int)(seed >> 50) % 20,
            .amount = (int64_t)(seed >> 44) };
    }
    struct chain_input in = { .rules = { 3, 5, 50, 60 }, .link_count = ON + 5, .place_count = 20,
        .placement_count = PLACED, .placements = p, .supply_count = BOUGHT, .supplies = s };
    struct chain_result r = analyse(&a, &in);
    size_t pairs = 0;
    for (int i = 0; i < BOUGHT; i++) {
        bool other = false;
        for (int k = 0; k < PLACED && !other; k++)
            other = p[k].link == s[i].link && p[k].firm != p[s[i].buyer].firm;
        pairs += other && s[i].supplier < 0;
    }
    assert_int_equal(r.pair_count, pairs);
    for (size_t i = 1; i < r.pair_count; i++)
        assert_true(s[r.pairs[i - 1].supply].amount >= s[r.pairs[i].supply].amount);
    for (int link = 0; link < ON + 5; link++) {
        int64_t outside = 0;
        for (int i = 0; i < BOUGHT; i++)
            if (s[i].link == link && s[i].supplier < 0)
                outside += s[i].amount;
        assert_int_equal(r.links[link].outside, outside);
    }
    free(p);
    free(s);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(verdicts), cmocka_unit_test(at_the_limits),
        cmocka_unit_test(next_door), cmocka_unit_test(nothing), cmocka_unit_test(large) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
