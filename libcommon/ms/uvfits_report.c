/* What an import found and wrote, as JSON and as text. */
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "ms/uvfits.h"

static const char *corr_name(int code)
{
    static const char *const name[] = {"RR", "RL", "LR", "LL", "XX", "XY", "YX", "YY"};
    return name[code - 5];
}

static jv time_json(double mjd_s)
{
    char text[64];
    return cal_json_text(cal_time_iso(mjd_s, 3, text));
}

static jv list_antennas(const cal_uvfits *uvfits, bool numbers)
{
    jv list = jv_array();
    for (int i = 0; i < uvfits->antennas; i++) {
        const cal_uvfits_antenna *antenna = &uvfits->antenna[i];
        char number[16];
        snprintf(number, sizeof number, "%d", antenna->number);
        jv entry = jv_object();
        cal_json_set(&entry, "id", jv_number(i));
        cal_json_set(&entry, "name", cal_json_text(numbers ? number : antenna->name));
        cal_json_set(&entry, "station", cal_json_text(antenna->station));
        cal_json_set(&entry, "number", jv_number(antenna->number));
        cal_json_push(&list, entry);
    }
    return list;
}

static jv list_spws(const cal_uvfits *uvfits)
{
    jv list = jv_array();
    for (int i = 0; i < uvfits->windows; i++) {
        const cal_uvfits_window *window = &uvfits->window[i];
        jv entry = jv_object();
        cal_json_set(&entry, "id", jv_number(i));
        cal_json_set(&entry, "nchan", jv_number(uvfits->nchan));
        cal_json_set(&entry, "freq_hz", cal_json_double(window->freq));
        cal_json_set(&entry, "width_hz", cal_json_double(window->width));
        cal_json_set(&entry, "if", jv_number(window->chain + 1));
        cal_json_set(&entry, "freqsel", jv_number(window->setup));
        cal_json_push(&list, entry);
    }
    return list;
}

static jv list_fields(const cal_uvfits *uvfits)
{
    jv list = jv_array();
    for (int i = 0; i < uvfits->sources; i++) {
        jv entry = jv_object();
        cal_json_set(&entry, "id", jv_number(i));
        cal_json_set(&entry, "name", cal_json_text(uvfits->source[i].name));
        cal_json_push(&list, entry);
    }
    return list;
}

static jv list_corrs(const cal_uvfits *uvfits)
{
    jv list = jv_array();
    for (int i = 0; i < uvfits->ncorr; i++)
        cal_json_push(&list, cal_json_text(corr_name(uvfits->corr[i])));
    return list;
}

static void add_counts(jv *report, const cal_uvfits_counts *counts)
{
    jv why = jv_object();
    cal_json_set(&why, "weight_zero", jv_number((double)counts->zero));
    cal_json_set(&why, "weight_negative", jv_number((double)counts->negative));
    cal_json_set(&why, "weight_not_finite", jv_number((double)counts->bad_weight));
    cal_json_set(&why, "data_not_finite", jv_number((double)counts->bad_data));
    cal_json_set(report, "start", time_json(counts->start));
    cal_json_set(report, "end", time_json(counts->end));
    cal_json_set(report, "interval_s", cal_json_double(counts->interval));
    cal_json_set(report, "scans", jv_number(counts->scans));
    cal_json_set(report, "time_ordered", jv_bool(counts->backwards == 0));
    cal_json_set(report, "rows_flagged", jv_number((double)counts->rows_flagged));
    cal_json_set(report, "samples_flagged", jv_number((double)counts->flagged));
    cal_json_set(report, "flagged_because", why);
}

jv cal_uvfits_report(const cal_uvfits *uvfits, const cal_uvfits_options *options,
                     const cal_uvfits_counts *counts, const char *output)
{
    double rows = (double)uvfits->groups * uvfits->ifs, samples = rows * uvfits->nchan;
    const double sample_bytes = 8 + 4 + 1.0 / 8, row_bytes = 64;
    samples *= uvfits->ncorr;
    jv report = jv_object();
    cal_json_set(&report, "input", cal_json_text(uvfits->path));
    cal_json_set(&report, "output", counts ? cal_json_text(output) : jv_null());
    cal_json_set(&report, "telescope", cal_json_text(uvfits->telescope));
    cal_json_set(&report, "observer", cal_json_text(uvfits->observer));
    cal_json_set(&report, "groups", jv_number((double)uvfits->groups));
    cal_json_set(&report, "rows", jv_number(rows));
    cal_json_set(&report, "samples", jv_number(samples));
    cal_json_set(&report, "bytes", jv_number(samples * sample_bytes + rows * row_bytes));
    cal_json_set(&report, "correlations", list_corrs(uvfits));
    cal_json_set(&report, "antennas", list_antennas(uvfits, options->numbers));
    cal_json_set(&report, "spws", list_spws(uvfits));
    cal_json_set(&report, "fields", list_fields(uvfits));
    cal_json_set(&report, "interval_from",
                 jv_string(options->interval > 0  ? "option"
                           : uvfits->inttim.count ? "INTTIM"
                                                  : "shortest time step"));
    if (counts)
        add_counts(&report, counts);
    return report;
}

/* ---- text ---- */

static int count_of(jv document, const char *key)
{
    jv list = cal_json_at(document, key);
    int count = jv_array_length(jv_copy(list));
    jv_free(list);
    return count;
}

static void add_names(jv document, const char *key, cal_buf *out)
{
    jv list = cal_json_at(document, key);
    for (int i = 0; i < jv_array_length(jv_copy(list)); i++) {
        jv entry = jv_array_get(jv_copy(list), i);
        cal_buf_addf(out, " %s", cal_json_text_at(entry, "name", ""));
        jv_free(entry);
    }
    jv_free(list);
    cal_buf_addf(out, "\n");
}

static void add_flags(jv document, cal_buf *out)
{
    static const char *const reason[][2] = {{"weight_zero", "weight 0"},
                                            {"weight_negative", "weight below 0"},
                                            {"weight_not_finite", "infinite or NaN weight"},
                                            {"data_not_finite", "infinite or NaN data"}};
    double samples = cal_json_number_at(document, "samples", 1);
    double flagged = cal_json_number_at(document, "samples_flagged", 0);
    jv why = cal_json_at(document, "flagged_because");
    cal_buf_addf(out, "  flagged    %.2f %% of %.0f samples\n", 100 * flagged / samples, samples);
    for (size_t i = 0; i < CAL_COUNT(reason); i++) {
        double count = cal_json_number_at(why, reason[i][0], 0);
        if (count > 0)
            cal_buf_addf(out, "             %.0f: %s\n", count, reason[i][1]);
    }
    jv_free(why);
}

void cal_uvfits_report_text(jv document, cal_buf *out)
{
    const char *output = cal_json_text_at(document, "output", NULL);
    char size[32];
    cal_buf_addf(out, "%s: %.0f rows of %.0f groups, %s\n", output ? output : "would write",
                 cal_json_number_at(document, "rows", 0), cal_json_number_at(document, "groups", 0),
                 cal_size_text(cal_json_number_at(document, "bytes", 0), size));
    cal_buf_addf(out, "  telescope  %s, observer %s\n", cal_json_text_at(document, "telescope", ""),
                 cal_json_text_at(document, "observer", ""));
    cal_buf_addf(out, "  antennas   %d:", count_of(document, "antennas"));
    add_names(document, "antennas", out);
    cal_buf_addf(out, "  fields     %d:", count_of(document, "fields"));
    add_names(document, "fields", out);
    cal_buf_addf(out, "  spws       %d\n", count_of(document, "spws"));
    if (!output)
        return;
    cal_buf_addf(out, "  time       %s to %s UTC, %.0f scans, interval %g s (%s)\n",
                 cal_json_text_at(document, "start", ""), cal_json_text_at(document, "end", ""),
                 cal_json_number_at(document, "scans", 0),
                 cal_json_number_at(document, "interval_s", 0),
                 cal_json_text_at(document, "interval_from", ""));
    add_flags(document, out);
}
