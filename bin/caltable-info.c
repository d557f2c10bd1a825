/* What a calibration table holds, and whether it fits a MeasurementSet. */
#include "base/json.h"
#include "base/tool.h"
#include "cal/summary.h"
#include <math.h>
#include <string.h>

static const char *check_path;
static double max_flagged = 1;

static const cal_option options[] = {
    {"check", 'c', CAL_TEXT, "MS", &check_path,
     "does the table fit this MS: antennas, spws? exit status 1 if not", 0, 0},
    {"max-flag-frac", 'x', CAL_NUMBER, "X", &max_flagged,
     "exit status 1 when more than this fraction of the solutions is flagged", 0, 0},
    CAL_OPTIONS_END};

static const cal_example examples[] = {
    {"What is in it", "caltable-info p.G"},
    {"Antennas whose solutions failed in more than a fifth of the cases",
     "caltable-info p.G --raw --jq '.antennas[] | select(.flagged_fraction > 0.2) | .name'"},
    {"In a script: go on only with a good table that belongs to the data",
     "caltable-info --check eb1.ms --max-flag-frac 0.3 p.G > p.json && applycal -g p.G eb1.ms"},
    {NULL, NULL}};

/* ---- as text ---- */

/* A share in per cent; "-" where there was nothing to share. */
static void print_percent(jv object, const char *key, int width, cal_buf *out)
{
    double value = cal_json_number_at(object, key, NAN);
    if (isnan(value))
        cal_buf_addf(out, "%*s", width + 2, "-  ");
    else
        cal_buf_addf(out, "%*.1f %%", width, 100 * value);
}

static void print_number(jv object, const char *key, const char *format, int width, cal_buf *out)
{
    char text[40] = "-";
    double value = cal_json_number_at(object, key, NAN);
    if (!isnan(value))
        snprintf(text, sizeof text, format, value);
    cal_buf_addf(out, "%*s", width, text);
}

/* What the parameters are. */
static const char *quantity(jv d)
{
    const char *type = cal_json_text_at(d, "type", "");
    if (!strcmp(cal_json_text_at(d, "parameters", ""), "complex"))
        return "amplitude";
    return strcmp(type, "K Jones") && strcmp(type, "Kcross Jones") ? "value" : "delay ns";
}

/* ": all of ea05, 0.0 % of the others" */
static void print_empty_antennas(jv d, cal_buf *out)
{
    enum { MOST = 4 };
    jv empty = cal_json_at(d, "antennas_without_solutions"), antennas = cal_json_at(d, "antennas");
    int count = jv_array_length(jv_copy(empty));
    jv_array_foreach(empty, i, id)
    {
        jv antenna = jv_array_get(jv_copy(antennas), (int)jv_number_value(id));
        if (i < MOST)
            cal_buf_addf(out, "%s%s", i ? ", " : ": all of ",
                         cal_json_text_at(antenna, "name", ""));
        jv_free(antenna);
        jv_free(id);
    }
    if (count > MOST)
        cal_buf_addf(out, " and %d more", count - MOST);
    if (count && !isnan(cal_json_number_at(d, "flagged_fraction_of_others", NAN))) {
        cal_buf_add(out, ",");
        print_percent(d, "flagged_fraction_of_others", 4, out);
        cal_buf_add(out, " of the others");
    }
    jv_free(empty);
    jv_free(antennas);
}

static void print_head(jv d, cal_buf *out)
{
    jv time = cal_json_at(d, "time");
    cal_buf_addf(out, "%s: %s, %s parameters, from %s (CASA_Version %s)\n",
                 cal_json_text_at(d, "caltable", ""), cal_json_text_at(d, "type", ""),
                 cal_json_text_at(d, "parameters", ""), cal_json_text_at(d, "ms_name", "?"),
                 cal_json_text_at(d, "casa_version", "?"));
    if (jv_get_kind(time) == JV_KIND_OBJECT)
        cal_buf_addf(out, "  %s to %s\n", cal_json_text_at(time, "first", ""),
                     cal_json_text_at(time, "last", ""));
    cal_buf_addf(out, "  %.0f rows, %.0f solutions, flagged", cal_json_number_at(d, "rows", 0),
                 cal_json_number_at(d, "solutions", 0));
    print_percent(d, "flagged_fraction", 6, out);
    print_empty_antennas(d, out);
    cal_buf_add(out, "\n  median S/N ");
    print_number(d, "median_snr", "%.1f", 0, out);
    cal_buf_add(out, ", least ");
    print_number(d, "min_snr", "%.1f", 0, out);
    cal_buf_addf(out, ", median %s ", quantity(d));
    print_number(d, "median_amplitude", "%.4g", 0, out);
    cal_buf_add(out, ", phase rms ");
    print_number(d, "phase_rms_deg", "%.1f deg", 0, out);
    cal_buf_add(out, "\n");
    jv_free(time);
}

static void print_fields(jv d, cal_buf *out)
{
    jv fields = cal_json_at(d, "fields");
    cal_buf_add(out, "  fields:");
    jv_array_foreach(fields, i, field)
    {
        cal_buf_addf(out, "%s %.0f %s", i ? "," : "", cal_json_number_at(field, "id", -1),
                     cal_json_text_at(field, "name", "(none)"));
        jv_free(field);
    }
    cal_buf_add(out, "\n");
    jv_free(fields);
}

static void print_spws(jv d, cal_buf *out)
{
    jv spws = cal_json_at(d, "spws");
    cal_buf_add(out, "\nspw  channels    centre GHz  width MHz  intervals  step s   flagged\n");
    jv_array_foreach(spws, i, spw)
    {
        cal_buf_addf(out, "%3.0f  %8.0f  %12.6f  %9.3f  %9.0f  ", cal_json_number_at(spw, "id", 0),
                     cal_json_number_at(spw, "nchan", 0),
                     cal_json_number_at(spw, "freq_hz", 0) / 1e9,
                     cal_json_number_at(spw, "bandwidth_hz", 0) / 1e6,
                     cal_json_number_at(spw, "intervals", 0));
        print_number(spw, "median_step_s", "%.1f", 6, out);
        print_percent(spw, "flagged_fraction", 8, out);
        cal_buf_add(out, "\n");
        jv_free(spw);
    }
    jv_free(spws);
}

static void print_antennas(jv d, cal_buf *out)
{
    jv antennas = cal_json_at(d, "antennas");
    cal_buf_addf(out, "\n id  antenna          rows   flagged  median S/N  %9s  as refant\n",
                 quantity(d));
    jv_array_foreach(antennas, i, antenna)
    {
        cal_buf_addf(out, "%3.0f  %-12s  %7.0f", cal_json_number_at(antenna, "id", 0),
                     cal_json_text_at(antenna, "name", ""), cal_json_number_at(antenna, "rows", 0));
        print_percent(antenna, "flagged_fraction", 8, out);
        print_number(antenna, "median_snr", "%.1f", 12, out);
        print_number(antenna, "median_amplitude", "%.4g", 11, out);
        cal_buf_addf(out, "%11.0f\n", cal_json_number_at(antenna, "intervals_as_refant", 0));
        jv_free(antenna);
    }
    jv_free(antennas);
}

static void print_differences(jv check, const char *key, const char *noun, cal_buf *out)
{
    jv list = cal_json_at(check, key);
    jv_array_foreach(list, i, entry)
    {
        cal_buf_addf(out, "  %s %.0f (%s in the table, %s in the data): %s\n", noun,
                     cal_json_number_at(entry, "id", 0), cal_json_text_at(entry, "table", "?"),
                     cal_json_text_at(entry, "data", "nothing"),
                     cal_json_text_at(entry, "what", ""));
        jv_free(entry);
    }
    jv_free(list);
}

static void print_notes(jv d, cal_buf *out)
{
    jv issues = cal_json_at(d, "issues"), check = cal_json_at(d, "check");
    jv_array_foreach(issues, i, issue)
    {
        cal_buf_addf(out, "%snote: %s\n", i ? "" : "\n", cal_json_text_at(issue, "text", ""));
        jv_free(issue);
    }
    if (jv_get_kind(check) == JV_KIND_OBJECT) {
        cal_buf_addf(out, "\n%s %s\n",
                     cal_json_bool_at(check, "fits", false) ? "fits" : "does not fit",
                     cal_json_text_at(check, "ms", ""));
        print_differences(check, "antennas", "antenna", out);
        print_differences(check, "spws", "spw", out);
        print_differences(check, "fields", "field", out);
    }
    jv_free(issues);
    jv_free(check);
}

static void print_text(jv d, cal_buf *out)
{
    if (!strcmp(cal_json_text_at(d, "format", ""), "old")) {
        cal_buf_addf(out, "%s: %s, a table of the old format, %.0f rows\n",
                     cal_json_text_at(d, "caltable", ""), cal_json_text_at(d, "type", ""),
                     cal_json_number_at(d, "rows", 0));
        return;
    }
    print_head(d, out);
    print_fields(d, out);
    print_spws(d, out);
    print_antennas(d, out);
    print_notes(d, out);
}

/* ---- the whole ---- */

static cal_status print_old(const char *path, const cal_caltable_kind *kind, cal_error *err)
{
    if (check_path)
        return cal_fail(err, CAL_INPUT,
                        "%s is a table of the old format (%s); it cannot be compared with an MS",
                        path, kind->type);
    jv document = jv_object();
    cal_json_set(&document, "caltable", cal_json_text(path));
    cal_json_set(&document, "type", cal_json_text(kind->type));
    cal_json_set(&document, "format", jv_string("old"));
    cal_json_set(&document, "applicable", jv_false());
    cal_json_set(&document, "rows", jv_number((double)kind->rows));
    return cal_print(document, print_text, err);
}

static cal_status compare(const cal_caltable *table, jv *document, bool *fits, cal_error *err)
{
    cal_meta *meta;
    if (cal_meta_load(check_path, NULL, &meta, err))
        return err->status;
    jv check = cal_caltable_compare(table, meta);
    *fits = cal_json_bool_at(check, "fits", false);
    cal_json_set(document, "check", check);
    cal_meta_free(meta);
    return CAL_OK;
}

static cal_status print_table(const cal_caltable *table, cal_error *err)
{
    bool fits = true;
    jv document = cal_caltable_summary(table);
    if (check_path && compare(table, &document, &fits, err)) {
        jv_free(document);
        return err->status;
    }
    bool good = cal_json_number_at(document, "flagged_fraction", 0) <= max_flagged;
    cal_status status = cal_print(document, print_text, err);
    return status ? status : good && fits ? CAL_OK : CAL_NO;
}

static cal_status run(int count, char **operand, cal_error *err)
{
    (void)count;
    cal_caltable_kind kind;
    if (max_flagged < 0 || max_flagged > 1)
        return cal_fail(err, CAL_USAGE, "--max-flag-frac %g: expected a fraction, 0 to 1",
                        max_flagged);
    if (cal_caltable_identify(operand[0], &kind, err))
        return err->status;
    if (kind.old_format)
        return print_old(operand[0], &kind, err);
    cal_caltable *table;
    if (cal_caltable_read(operand[0], &table, err))
        return err->status;
    cal_status status = print_table(table, err);
    cal_caltable_free(table);
    return status;
}

static const cal_tool tool = {
    .name = "caltable-info",
    .group = CAL_GROUP_TABLES,
    .brief = "what a calibration table holds, and whether it fits an MS",
    .operands = "TABLE",
    .min_operands = 1,
    .max_operands = 1,
    .about = "Summarises a calibration table: type, times, fields, solution intervals, and for "
             "each spw and antenna how many solutions are flagged, their S/N and amplitude, and "
             "which antennas served as reference. Flagged solutions count in no median. Any table "
             "that CASA writes can be read; of the old format (BPOLY, GSPLINE) only the kind is "
             "told.",
    .options = options,
    .examples = examples,
    .run = run};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}
