/* The statistics of solutions as tables for people. */
#include "base/json.h"
#include "base/mem.h"
#include "cal/solve_table.h"
#include <math.h>

/* The sum over hands of one of the counts. */
static double total_at(jv object, const char *key)
{
    double total = 0;
    jv list = cal_json_at(object, key);
    jv_array_foreach(list, i, value) total += jv_number_value(value);
    jv_free(list);
    return total;
}

static void text_gates(jv object, cal_buf *out)
{
    double expected = total_at(object, "expected");
    static const char *const key[] = {"data_unflagged", "above_minblperant", "above_minsnr"};
    for (size_t i = 0; i < CAL_COUNT(key); i++)
        cal_buf_addf(out, " %7.1f%%", expected > 0 ? 100 * total_at(object, key[i]) / expected : 0);
}

/* Antennas that were expected, and the share of their solutions that passed each gate. */
static void text_antennas(jv spw, cal_buf *out)
{
    jv antennas = cal_json_at(spw, "antennas");
    cal_buf_add(out, "  antenna       has data baselines      S/N  refant\n");
    jv_array_foreach(antennas, a, antenna)
    {
        if (total_at(antenna, "expected") > 0) {
            cal_buf_addf(out, "  %-12s", cal_json_text_at(antenna, "name", ""));
            text_gates(antenna, out);
            cal_buf_addf(out, " %7.0f\n", cal_json_number_at(antenna, "used_as_refant", 0));
        }
        jv_free(antenna);
    }
    jv_free(antennas);
}

/* Solutions in this window's table rows that are of antennas which are nowhere in its data. */
static double absent_share(jv spw)
{
    jv antennas = cal_json_at(spw, "antennas");
    int absent = 0, count = jv_array_length(jv_copy(antennas));
    jv_array_foreach(antennas, a, antenna)
    {
        absent += total_at(antenna, "expected") == 0;
        jv_free(antenna);
    }
    jv_free(antennas);
    return count ? (double)absent / count : 0;
}

static double count_absent(jv document)
{
    double solved = cal_json_number_at(document, "solutions", 0), absent = 0;
    jv spws = cal_json_at(document, "spws");
    jv_array_foreach(spws, s, spw)
    {
        absent += absent_share(spw) * cal_json_number_at(spw, "solutions", 0);
        jv_free(spw);
    }
    jv_free(spws);
    return solved > 0 ? rint(absent / solved * cal_json_number_at(document, "values", 0)) : 0;
}

void cal_gains_text_failures(jv document, cal_buf *out)
{
    static const char *const why[][2] = {{"no_data", "without unflagged data"},
                                         {"few_baselines", "with too few baselines"},
                                         {"not_converged", "not converged"},
                                         {"all_below_minsnr", "solved but all below --minsnr"}};
    jv failures = cal_json_at(document, "failures");
    const char *before = " (";
    for (size_t i = 0; i < CAL_COUNT(why); i++) {
        double count = cal_json_number_at(failures, why[i][0], 0);
        if (count > 0)
            cal_buf_addf(out, "%s%.0f %s", before, count, why[i][1]);
        before = count > 0 ? ", " : before;
    }
    cal_buf_add(out, *before == ',' ? ")" : "");
    jv_free(failures);
}

void cal_gains_text_flags(jv document, cal_buf *out)
{
    double absent = count_absent(document),
           values = cal_json_number_at(document, "values", 0) - absent,
           flagged = cal_json_number_at(document, "flagged_values", 0) - absent;
    cal_buf_addf(out, "%.0f solution%s, %.1f%% flagged", values, values == 1 ? "" : "s",
                 values > 0 ? 100 * flagged / values : 0);
    if (absent > 0)
        cal_buf_addf(out, "; %.0f more, flagged, of antennas without data", absent);
}

void cal_gains_text_snr(jv object, cal_buf *out)
{
    cal_buf_add(out, "median S/N ");
    if (cal_json_has(object, "median_snr"))
        cal_buf_addf(out, "%.3g", cal_json_number_at(object, "median_snr", 0));
    else
        cal_buf_add(out, "-");
}

void cal_gains_text(jv document, cal_buf *out)
{
    jv spws = cal_json_at(document, "spws");
    jv_array_foreach(spws, s, spw)
    {
        double solved = cal_json_number_at(spw, "solutions", 0);
        cal_buf_addf(out, "\nspw %.0f %s: %.0f interval%s solved, ",
                     cal_json_number_at(spw, "spw", 0), cal_json_text_at(spw, "name", ""), solved,
                     solved == 1 ? "" : "s");
        cal_gains_text_snr(spw, out);
        cal_buf_add(out, "\n");
        text_antennas(spw, out);
        jv_free(spw);
    }
    jv_free(spws);
}
