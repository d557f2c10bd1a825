/* Who lends solutions to whom, and through which windows: targets of a state that are through, with small simulated sets as their working
 * copies. */
#include "selfcal/step_parts.h"
#include "tools.h"

#define FIELD(ra) "'sub-fields': [{'fid': 0, 'name': 'x', 'ra_rad': " ra ", 'dec_rad': 0.5}]"
#define TARGET(name, band, ra, copy, windows, chain, stand)                                        \
    "{'target': '" name "', 'band': '" band                                                        \
    "', " FIELD(ra) ", 'state': {" stand "},"                                                      \
                    " 'vis': [{'vis': '" copy "', 'original': 'all.ms', 'spws': [" windows         \
                    "] " chain "}]}"

#define THREE "{'spw': 0, 'id': 0}, {'spw': 1, 'id': 1}, {'spw': 2, 'id': 2}"
#define TWO   "{'spw': 1, 'id': 0}, {'spw': 2, 'id': 1}"
#define CHAIN                                                                                      \
    ", 'gaintable_final': ['a.tbl', 'b.tbl'], 'spwmap_final': [[], [0, 0, 2]],"                    \
    " 'applycal_interpolate_final': ['linear', 'nearest'], 'gaintable_solint_final': "             \
    "['inf_EB', 'inf'], 'gaintable_preapply_final': [true, false]"
#define GOOD    "'stage': 'done', 'next': null, 'SC_success': true"
#define FAILED  "'stage': 'stopped', 'next': null, 'SC_success': false, 'Stop_Reason': 'too faint'"
#define FAINT   TARGET("faint", "S", "1.0", "two.ms", TWO, "", FAILED)
#define ALLOWED "{'settings': {'allow_cocal': true}, 'targets': ["

/* Working copies: of three windows, of two of them, the same much later, and of other antennas. */
static bool begin(void)
{
    return unit_tools_begin() &&
           unit_run("ms-sim --antennas 4 --nchan 1 --spws 3 --length 20s three.ms") &&
           unit_run("ms-sim --antennas 4 --nchan 1 --spws 2 --length 20s --start "
                    "2018/10/01/10:01:00 two.ms") &&
           unit_run("ms-sim --antennas 4 --nchan 1 --spws 3 --length 20s --start "
                    "2018/10/01/11:01:00 late.ms") &&
           unit_run(
               "ms-sim --antennas 4 --nchan 1 --spws 3 --length 20s --names b1,b2,b3,b4 other.ms");
}

static jv stand_of(jv state, int index)
{
    jv target = jv_array_get(cal_json_at(state, "targets"), index);
    jv stand = cal_json_at(target, "state");
    jv_free(target);
    return stand;
}

static jv donor_of(jv state, int target, int index)
{
    jv stand = stand_of(state, target), cocal = cal_json_at(stand, "cocal");
    jv donor = jv_array_get(cal_json_at(cocal, "donors"), index);
    jv_free(cocal);
    jv_free(stand);
    return donor;
}

static void is_text(jv value, const char *wanted)
{
    char *text = cal_json_dump(value);
    CHECK_TEXT(text, wanted);
    free(text);
    jv_free(value);
}

static void windows(void)
{
    jv state = unit_json(
        ALLOWED TARGET("bright", "S", "1.01", "three.ms", THREE, CHAIN, GOOD) "," FAINT "]}");
    CHECK(cal_lend_solutions(&state));
    jv stand = stand_of(state, 1), donor = donor_of(state, 1, 0), list = cal_json_at(donor, "vis");
    jv block = jv_array_get(list, 0);
    CHECK_TEXT(cal_json_text_at(stand, "next", ""), "cocal");
    CHECK_TEXT(cal_json_text_at(donor, "target", ""), "bright");
    CHECK_NEAR(cal_json_number_at(donor, "gap_s", 0), 40, 1e-6);
    CHECK_NEAR(cal_json_number_at(donor, "distance_deg", 0), 0.01 * 57.29578 * cos(0.5), 1e-3);
    /* Its first window is the lender's second, whose solutions are in the first window of the second table. */
    is_text(cal_json_at(block, "spwmap_final"), "[[1,2],[0,2]]");
    is_text(cal_json_at(block, "gaintable_solint_final"), "[\"cocal:inf_EB\",\"cocal:inf\"]");
    is_text(cal_json_at(block, "gaintable_final"), "[\"a.tbl\",\"b.tbl\"]");
    is_text(cal_json_at(block, "applycal_interpolate_final"), "[\"linear\",\"nearest\"]");
    jv before = jv_copy(state);
    cal_lend_solutions(&state); /* not through any more */
    CHECK(jv_equal(jv_copy(before), jv_copy(state)));
    jv_free(before);
    jv_free(block);
    jv_free(donor);
    jv_free(stand);
    jv_free(state);
}

static void nearest(void)
{
    jv state = unit_json(ALLOWED TARGET("far", "S", "1.1", "three.ms", THREE, CHAIN,
                                        GOOD) "," FAINT "," TARGET("near", "S", "0.99", "three.ms",
                                                                   THREE, CHAIN, GOOD) "]}");
    CHECK(cal_lend_solutions(&state));
    jv first = donor_of(state, 1, 0), second = donor_of(state, 1, 1);
    CHECK_TEXT(cal_json_text_at(first, "target", ""), "near");
    CHECK_TEXT(cal_json_text_at(second, "target", ""), "far");
    jv_free(first);
    jv_free(second);
    jv_free(state);
}

/* One that nothing is lent to is stopped for good, and says so once. */
static void nobody(const char *other)
{
    char *text = cal_format(ALLOWED "%s," FAINT "]}", other);
    jv state = unit_json(text);
    for (int i = 0; i < 2; i++) {
        CHECK(!cal_lend_solutions(&state));
        jv stand = stand_of(state, 1);
        CHECK(!cal_json_has(stand, "next"));
        CHECK_TEXT(cal_json_text_at(stand, "Stop_Reason", ""),
                   "too faint; No suitable co-calibrators");
        jv_free(stand);
    }
    jv_free(state);
    free(text);
}

static void not_allowed(void)
{
    jv state = unit_json("{'settings': {}, 'targets': [" TARGET("bright", "S", "1.0", "three.ms",
                                                                THREE, CHAIN, GOOD) "," FAINT "]}");
    jv before = jv_copy(state);
    CHECK(!cal_lend_solutions(&state));
    CHECK(jv_equal(before, state));
}

int main(void)
{
    if (CHECK(begin())) {
        windows();
        nearest();
        nobody(TARGET("band", "C", "1.0", "three.ms", THREE, CHAIN, GOOD));
        nobody(TARGET("far", "S", "1.3", "three.ms", THREE, CHAIN, GOOD));
        nobody(TARGET("late", "S", "1.0", "late.ms", THREE, CHAIN, GOOD));
        nobody(TARGET("gone", "S", "1.0", "gone.ms", THREE, CHAIN, GOOD));
        nobody(TARGET("array", "S", "1.0", "other.ms", THREE, CHAIN, GOOD));
        nobody(TARGET("window", "S", "1.0", "three.ms", "{'spw': 1, 'id': 0}", CHAIN, GOOD));
        nobody(TARGET("borrowed", "S", "1.0", "three.ms", THREE, CHAIN, GOOD ", 'cocal': {}"));
        not_allowed();
    }
    return unit_done();
}
