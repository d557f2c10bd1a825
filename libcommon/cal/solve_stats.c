/* How many solutions there are at every gate, by spw, antenna and hand. */
#include "base/json.h"
#include "base/mem.h"
#include "base/number.h"
#include "cal/solve_table.h"

enum { EXPECTED, DATA, REACH, PASSED, GATES };
static const char *const gate_names[] = {"expected", "data_unflagged", "above_minblperant",
                                         "above_minsnr"};

typedef struct gates {
    int count[GATES][2]; /* by hand */
} gates;

static bool at_gate(const cal_interval_gains *item, int gate, int antenna, int value)
{
    switch (gate) {
    case EXPECTED:
        return item->expected[antenna];
    case DATA:
        return item->data[value];
    case REACH:
        return item->data[value] && item->gains.in_reach && item->gains.in_reach[antenna];
    default:
        return item->passed[value];
    }
}

/* Adds one solution: to its antennas, and to its spw where any antenna passed. */
static void count_solution(const cal_gain_list *list, const cal_interval_gains *item, gates *spw,
                           gates *antenna)
{
    for (int gate = 0; gate < GATES; gate++)
        for (int p = 0; p < list->pars; p++) {
            bool any = false;
            for (int a = 0; a < list->antennas; a++) {
                bool passed = at_gate(item, gate, a, a * list->pars + p);
                antenna[a].count[gate][p] += passed;
                any = any || passed;
            }
            spw->count[gate][p] += any;
        }
}

static void set_gates(jv *object, const gates *passed, int pars)
{
    for (int gate = 0; gate < GATES; gate++)
        cal_json_set(object, gate_names[gate], cal_json_ints(passed->count[gate], pars));
}

/* Median S/N of the unflagged values of solutions first .. end-1; null where there are none, and of delays, which have no S/N. */
static jv median_snr(const cal_gain_list *list, int first, int end)
{
    if (list->delays)
        return jv_null();
    int values = list->antennas * list->pars;
    size_t used = 0;
    float *snr = CAL_NEW_ARRAY(float, (size_t)(end - first) * values);
    for (int k = first; k < end; k++)
        for (int i = 0; list->item[k].good && i < values; i++)
            if (!list->item[k].gains.flag[i])
                snr[used++] = list->item[k].gains.snr[i];
    jv median = cal_json_float(cal_median_f(snr, used));
    free(snr);
    return median;
}

static int count_flagged(const cal_gain_list *list, int first, int end)
{
    int flagged = 0;
    for (int k = first; k < end; k++)
        for (int i = 0; list->item[k].good && i < list->antennas * list->pars; i++)
            flagged += list->item[k].gains.flag[i];
    return flagged;
}

static int count_refant(const cal_gain_list *list, int first, int end, int antenna)
{
    int count = 0;
    for (int k = first; k < end; k++)
        count += list->item[k].refant == antenna;
    return count;
}

/* One spw; its gates are added to `all`. */
static jv spw_statistics(const cal_gain_list *list, const cal_meta *meta, int first, int end,
                         gates *all)
{
    gates spw = {0}, *antenna = CAL_NEW_ARRAY(gates, list->antennas);
    int id = list->item[first].spw, good = 0;
    for (int k = first; k < end; k++) {
        count_solution(list, &list->item[k], &spw, antenna);
        good += list->item[k].good;
    }
    jv object = JV_OBJECT(jv_string("spw"), jv_number(id), jv_string("name"),
                          cal_json_text(meta->spw[id].name), jv_string("solutions"),
                          jv_number(good), jv_string("median_snr"), median_snr(list, first, end));
    set_gates(&object, &spw, list->pars);
    jv antennas = jv_array();
    for (int a = 0; a < list->antennas; a++) {
        jv one = JV_OBJECT(jv_string("antenna"), jv_number(a), jv_string("name"),
                           cal_json_text(meta->antenna[a].name));
        set_gates(&one, &antenna[a], list->pars);
        cal_json_set(&one, "used_as_refant", jv_number(count_refant(list, first, end, a)));
        cal_json_push(&antennas, one);
    }
    cal_json_set(&object, "antennas", antennas);
    for (int gate = 0; gate < GATES; gate++)
        for (int p = 0; p < list->pars; p++)
            all->count[gate][p] += spw.count[gate][p];
    free(antenna);
    return object;
}

static jv refants(const cal_gain_list *list, const cal_meta *meta)
{
    jv array = jv_array();
    for (int a = 0; a < list->antennas; a++) {
        int count = count_refant(list, 0, list->count, a);
        if (count)
            cal_json_push(&array, JV_OBJECT(jv_string("antenna"), jv_number(a), jv_string("name"),
                                            cal_json_text(meta->antenna[a].name),
                                            jv_string("solutions"), jv_number(count)));
    }
    return array;
}

static jv iterations(const cal_gain_list *list)
{
    size_t used = 0;
    double *count = CAL_NEW_ARRAY(double, list->count), most = 0;
    for (int k = 0; k < list->count; k++)
        if (list->item[k].good) {
            count[used] = list->item[k].gains.iterations;
            most = count[used] > most ? count[used] : most;
            used++;
        }
    jv object = JV_OBJECT(jv_string("median"), cal_json_double(cal_median(count, used)),
                          jv_string("most"), jv_number(most));
    free(count);
    return object;
}

static jv failures(const cal_gain_list *list)
{
    cal_gain_failures failed = cal_gains_failures(list);
    return JV_OBJECT(jv_string("no_data"), jv_number(failed.no_data), jv_string("few_baselines"),
                     jv_number(failed.few_baselines), jv_string("not_converged"),
                     jv_number(failed.not_converged), jv_string("all_below_minsnr"),
                     jv_number(failed.all_flagged));
}

jv cal_gains_statistics(const cal_gain_list *list, const cal_meta *meta)
{
    gates all = {0};
    jv spws = jv_array();
    for (int first = 0, end; first < list->count; first = end) {
        end = first + 1;
        while (end < list->count && list->item[end].spw == list->item[first].spw)
            end++;
        cal_json_push(&spws, spw_statistics(list, meta, first, end, &all));
    }
    int values = list->good * list->antennas * list->pars;
    jv object =
        JV_OBJECT(jv_string("intervals"), jv_number(list->count), jv_string("solutions"),
                  jv_number(list->good), jv_string("median_snr"), median_snr(list, 0, list->count),
                  jv_string("iterations"), iterations(list));
    cal_json_set(&object, "failures", failures(list));
    cal_json_set(&object, "values", jv_number(values));
    cal_json_set(&object, "flagged_values", jv_number(count_flagged(list, 0, list->count)));
    set_gates(&object, &all, list->pars);
    cal_json_set(&object, "refants", refants(list, meta));
    cal_json_set(&object, "spws", spws);
    return object;
}
