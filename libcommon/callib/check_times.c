/* Do the solutions of a table cover the scans that it serves? */
#include "base/interpolation.h"
#include "base/mem.h"
#include "base/text.h"
#include "callib/check_parts.h"
#include <math.h>
#include <string.h>

/* ---- scans ---- */

static cal_idset intents_of_scan(const cal_vis *set, jv scan)
{
    cal_idset intents = cal_idset_make(set->intent.size);
    jv names = cal_json_list_at(scan, "intents");
    jv_array_foreach(names, i, name)
    {
        for (CAL_IDS(k, &set->intent.all))
            if (jv_get_kind(name) == JV_KIND_STRING &&
                !strcmp(jv_string_value(name), set->intent.name[k]))
                cal_idset_add(&intents, k);
        jv_free(name);
    }
    jv_free(names);
    return intents;
}

/* The ids of a list of {"id"} that are on the axis. */
static cal_idset ids_of(jv scan, const char *key, int size)
{
    cal_idset ids = cal_idset_make(size);
    jv list = cal_json_list_at(scan, key);
    jv_array_foreach(list, i, item)
    {
        int id = (int)cal_json_number_at(item, "id", -1);
        if (id >= 0 && id < size)
            cal_idset_add(&ids, id);
        jv_free(item);
    }
    jv_free(list);
    return ids;
}

/* Is any of the scan's data served? A scan without known intents has those of its fields. */
static bool scan_served(const cal_use *use, jv scan)
{
    const cal_vis *set = use->set;
    cal_box box = {cal_idset_copy(&set->antenna.all), ids_of(scan, "spws", set->spw.size),
                   ids_of(scan, "fields", set->field.size), intents_of_scan(set, scan)};
    if (cal_idset_empty(&box.intent))
        cal_idset_unite(&box.intent, &set->intent.all);
    bool served = false;
    for (int t = -1; !served && (t = cal_vis_next(set, &box, t)) >= 0;)
        served = use->triple[t];
    cal_box_free(&box);
    return served;
}

/* ---- what a table covers ---- */

typedef struct coverage {
    bool in_time; /* solutions at several times; otherwise the one there is holds always */
    double first, last;
    cal_interp interp;
    jv observations, scans; /* of the table: arrays of numbers */
} coverage;

static bool has_several_times(jv document)
{
    bool several = false;
    jv spws = cal_json_at(document, "spws");
    jv_array_foreach(spws, i, spw)
    {
        several = several || cal_json_number_at(spw, "intervals", 0) > 1;
        jv_free(spw);
    }
    jv_free(spws);
    return several;
}

static coverage coverage_of(const cal_table_facts *table, const char *interp)
{
    coverage c = {.observations = cal_json_at(table->document, "observations"),
                  .scans = cal_json_at(table->document, "scans")};
    jv time = cal_json_at(table->document, "time");
    c.first = cal_json_number_at(time, "first_mjd_s", NAN);
    c.last = cal_json_number_at(time, "last_mjd_s", NAN);
    c.in_time = c.first > 0 && c.last > c.first && has_several_times(table->document);
    jv_free(time);
    cal_error unknown = {0}; /* told by cal_check_terms() */
    if (cal_interp_parse(interp, &c.interp, &unknown))
        c.interp = (cal_interp){0};
    return c;
}

/* Tables that were not solved from data have no such numbers, or -1. */
static bool lacks(jv numbers, double wanted)
{
    bool any = false, found = false;
    if (jv_get_kind(numbers) == JV_KIND_ARRAY)
        jv_array_foreach(numbers, i, number)
        {
            double value = jv_get_kind(number) == JV_KIND_NUMBER ? jv_number_value(number) : -1;
            any = any || value >= 0;
            found = found || value == wanted;
            jv_free(number);
        }
    return any && !found;
}

/* ---- the comparison ---- */

enum { BEFORE, AFTER, OTHER_OBSERVATION, NO_SCAN, FAULTS };

static const struct {
    cal_severity severity;
    const char *code, *what, *why, *advice;
} faults[FAULTS] = {
    [BEFORE] = {CAL_DOUBTFUL, "before_solutions", "begins long after data that it serves",
                "the first solution is taken for them, however old it is",
                "register it for the scans around it, or allow more with --max-gap"},
    [AFTER] = {CAL_DOUBTFUL, "after_solutions", "ends long before data that it serves",
               "the last solution is taken for them, however old it is",
               "register it for the scans around it, or allow more with --max-gap"},
    [OTHER_OBSERVATION] = {CAL_SEVERE, "observations", "has no solutions of the same observation",
                           "interp with perobs takes only those",
                           "take an interp without perobs, or solve for this observation"},
    [NO_SCAN] = {CAL_SEVERE, "scans", "has no solutions of the same scan",
                 "interp with perscan takes only those",
                 "take an interp without perscan, or solve for these scans"},
};

/* The fault of a served scan; FAULTS: none. `gap_s` is how far off the solutions are. */
static int fault_of_scan(const coverage *table, jv scan, double max_gap_s, double *gap_s)
{
    double begin = cal_json_number_at(scan, "begin_mjd_s", NAN);
    double end = cal_json_number_at(scan, "end_mjd_s", NAN);
    if (table->interp.per_obs &&
        lacks(table->observations, cal_json_number_at(scan, "observation", 0)))
        return OTHER_OBSERVATION;
    if (table->interp.per_scan && lacks(table->scans, cal_json_number_at(scan, "scan", 0)))
        return NO_SCAN;
    if (!table->in_time)
        return FAULTS;
    *gap_s = table->first - end > begin - table->last ? table->first - end : begin - table->last;
    if (!(*gap_s > max_gap_s))
        return FAULTS;
    return table->first > end ? BEFORE : AFTER;
}

static void report_scans(cal_checker *checker, const cal_use *use, int fault, const char *scans,
                         double gap_s)
{
    jv where = cal_use_where(use);
    cal_json_set(&where, "scan", cal_json_text(scans));
    char *what = fault == BEFORE || fault == AFTER
                     ? cal_format("%s %s: by up to %.1f min", use->terms->gaintable,
                                  faults[fault].what, gap_s / 60)
                     : cal_format("%s %s", use->terms->gaintable, faults[fault].what);
    cal_checker_report(checker, faults[fault].severity, faults[fault].code, use->terms->gaintable,
                       where, what, faults[fault].why, faults[fault].advice);
}

static void check_scans(cal_checker *checker, const coverage *table, const cal_use *use, jv scans)
{
    cal_buf found[FAULTS] = {0};
    double gap[FAULTS] = {0};
    jv_array_foreach(scans, i, scan)
    {
        double off = 0;
        int fault = scan_served(use, scan)
                        ? fault_of_scan(table, scan, checker->with->max_gap_s, &off)
                        : FAULTS;
        if (fault != FAULTS) {
            cal_buf_addf(&found[fault], "%s%.0f", found[fault].len ? "," : "",
                         cal_json_number_at(scan, "scan", 0));
            gap[fault] = fmax(gap[fault], off);
        }
        jv_free(scan);
    }
    for (int f = 0; f < FAULTS; f++) {
        if (found[f].len)
            report_scans(checker, use, f, cal_buf_text(&found[f]), gap[f]);
        cal_buf_free(&found[f]);
    }
}

void cal_check_times(cal_checker *checker, const cal_table_facts *table, const cal_use *use)
{
    if (cal_idset_empty(&table->spw))
        return;
    coverage covered = coverage_of(table, use->terms->interp);
    jv_array_foreach(checker->with->infos, i, info)
    {
        jv scans = cal_json_at(info, "scans");
        if (!strcmp(cal_json_text_at(info, "name", ""), use->set->name) &&
            jv_get_kind(scans) == JV_KIND_ARRAY)
            check_scans(checker, &covered, use, scans);
        jv_free(scans);
        jv_free(info);
    }
    jv_free(covered.observations);
    jv_free(covered.scans);
}
