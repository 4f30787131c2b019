/*
 * The twenty rules of the batch benchmark, each written twice: as a condition in C and as the cells
 * of a decision table. RULE(number, condition on r, staff, revenue, rate, street, high, founded).
 * Streets are by their place in feel_batch_bench.c; days count from 1970-01-01; revenue in fen.
 */
#define BATCH_RULES                                                                               \
    RULE(0, r.staff < 20 && r.revenue < 50000000 && r.rate > 0.03 && (r.street == 0) &&           \
        !r.high && r.founded >= 16436,                                                            \
        "&lt; 20", "&lt; 500000", "&gt; 0.03", "\"Aixihu\"", "false",                             \
        "&gt;= date(\"2015-01-01\")")                                                             \
    RULE(1, r.staff >= 50 && r.staff < 150 && r.rate > 0.05,                                      \
        "[50..150)", "-", "&gt; 0.05", "-", "-", "-")                                             \
    RULE(2, r.rate >= 0 && r.rate <= 0.05,                                                        \
        "-", "-", "[0..0.05]", "-", "-", "-")                                                     \
    RULE(3, r.staff >= 300 && r.rate > 0.1 && !r.high && r.founded < 16436,                       \
        "&gt;= 300", "-", "&gt; 0.1", "-", "false", "&lt; date(\"2015-01-01\")")                  \
    RULE(4, r.revenue >= 100000050 && r.rate >= 0 && r.rate <= 0.03 && (r.street == 3 ||          \
        r.street == 2 || r.street == 1) && !r.high && r.founded < 16436,                          \
        "-", "&gt;= 1000000.50", "[0..0.03]", "\"Qingyunpu\",\"Mayi\",\"Jingdong\"", "false",     \
        "&lt; date(\"2015-01-01\")")                                                              \
    RULE(5, r.revenue < 50000000 && r.rate >= 0 && r.rate <= 0.1 && (r.street == 5 || r.street    \
        == 0 || r.street == 1) && r.high,                                                         \
        "-", "&lt; 500000", "[0..0.1]", "\"Luohua\",\"Aixihu\",\"Jingdong\"", "true", "-")        \
    RULE(6, r.staff >= 50 && r.revenue < 500000000 && r.rate > 0.03 && (r.street == 1) &&         \
        !r.high,                                                                                  \
        "&gt;= 50", "&lt; 5000000", "&gt; 0.03", "\"Jingdong\"", "false", "-")                    \
    RULE(7, (r.street == 1),                                                                      \
        "-", "-", "-", "\"Jingdong\"", "-", "-")                                                  \
    RULE(8, r.staff >= 10 && r.revenue >= 100000050 && r.rate >= 0 && r.rate <= 0.05 && r.high    \
        && r.founded < 16436,                                                                     \
        "&gt;= 10", "&gt;= 1000000.50", "[0..0.05]", "-", "true", "&lt; date(\"2015-01-01\")")    \
    RULE(9, r.rate >= 0 && r.rate <= 0.05 && !r.high && r.founded < 14610,                        \
        "-", "-", "[0..0.05]", "-", "false", "&lt; date(\"2010-01-01\")")                         \
    RULE(10, r.revenue < 50000000 && r.rate >= 0 && r.rate <= 0.05 && r.founded >= 14610,         \
        "-", "&lt; 500000", "[0..0.05]", "-", "-", "&gt;= date(\"2010-01-01\")")                  \
    RULE(11, r.staff >= 20 && r.revenue < 50000000 && r.rate > 0.05 && (r.street == 4) &&         \
        r.high,                                                                                   \
        "&gt;= 20", "&lt; 500000", "&gt; 0.05", "\"Yaohu\"", "true", "-")                         \
    RULE(12, r.staff >= 10 && r.staff < 100 && r.revenue >= 500000050 && (r.street == 3 ||        \
        r.street == 1) && r.founded >= 17532,                                                     \
        "[10..100)", "&gt;= 5000000.50", "-", "\"Qingyunpu\",\"Jingdong\"", "-",                  \
        "&gt;= date(\"2018-01-01\")")                                                             \
    RULE(13, (r.street == 1),                                                                     \
        "-", "-", "-", "\"Jingdong\"", "-", "-")                                                  \
    RULE(14, r.revenue < 100000000 && r.rate >= 0 && r.rate <= 0.1 && (r.street == 4 ||           \
        r.street == 5) && !r.high && r.founded >= 18262,                                          \
        "-", "&lt; 1000000", "[0..0.1]", "\"Yaohu\",\"Luohua\"", "false",                         \
        "&gt;= date(\"2020-01-01\")")                                                             \
    RULE(15, r.staff >= 20 && r.staff < 60 && r.rate >= 0 && r.rate <= 0.05 && r.street != 1      \
        && !r.high && r.founded < 16436,                                                          \
        "[20..60)", "-", "[0..0.05]", "not(\"Jingdong\")", "false",                               \
        "&lt; date(\"2015-01-01\")")                                                              \
    RULE(16, r.staff >= 20 && r.staff < 40 && r.rate >= 0 && r.rate <= 0.1 && r.high,             \
        "[20..40)", "-", "[0..0.1]", "-", "true", "-")                                            \
    RULE(17, r.staff >= 10 && r.staff < 20,                                                       \
        "[10..20)", "-", "-", "-", "-", "-")                                                      \
    RULE(18, r.revenue < 50000000 && (r.street == 4 || r.street == 3 || r.street == 1) &&         \
        !r.high && r.founded >= 16436,                                                            \
        "-", "&lt; 500000", "-", "\"Yaohu\",\"Qingyunpu\",\"Jingdong\"", "false",                 \
        "&gt;= date(\"2015-01-01\")")                                                             \
    RULE(19, true,                                                                                \
        "-", "-", "-", "-", "-", "-")
