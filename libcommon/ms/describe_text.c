/* The document of ms-info for people, in the order in which one asks: what, when, scans, fields; then the setup. */
#include "ms/describe_text.h"
#include "base/grid.h"
#include "base/mem.h"
#include "base/text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define EACH(array, item) jv_array_foreach(array, item##_index, item)

/* ---- cells ---- */

static double number(jv object, const char *key)
{
    return cal_json_number_at(object, key, NAN);
}

static const char *text(jv object, const char *key)
{
    return cal_json_text_at(object, key, "");
}

/* "0~3,7" of a list of whole numbers; of a list of objects, their ids. */
static char *ids_text(jv list, char *out)
{
    size_t length = 0;
    long first = -2, last = -2;
    out[0] = 0;
    int count = jv_array_length(jv_copy(list));
    for (int i = 0; i <= count; i++) {
        jv item = i < count ? jv_array_get(jv_copy(list), i) : jv_null();
        long id = -1;
        if (i < count)
            id = (long)(jv_get_kind(item) == JV_KIND_OBJECT ? number(item, "id")
                                                            : jv_number_value(item));
        jv_free(item);
        if (i < count && id == last + 1) {
            last = id;
            continue;
        }
        if (last >= 0 && length < CAL_CELL - 64)
            length +=
                snprintf(out + length, CAL_CELL - length, last > first ? "%s%ld~%ld" : "%s%ld",
                         length ? "," : "", first, last);
        first = last = id;
    }
    return out;
}

static char *ids_at(jv object, const char *key, char *out)
{
    jv list = cal_json_at(object, key);
    if (jv_get_kind(list) == JV_KIND_ARRAY)
        ids_text(list, out);
    else
        out[0] = 0;
    jv_free(list);
    return out;
}

char *cal_cell_words(jv object, const char *key, char *out)
{
    size_t length = 0;
    jv list = cal_json_at(object, key);
    out[0] = 0;
    EACH(list, word)
    {
        if (length < CAL_CELL - 1)
            length += snprintf(out + length, CAL_CELL - length, "%s%s", length ? "," : "",
                               jv_string_value(word));
        jv_free(word);
    }
    jv_free(list);
    return out;
}

/* "0 3C286" or, for several fields, "0~7 (8 fields)". */
static char *fields_text(jv scan, char *out)
{
    jv list = cal_json_at(scan, "fields");
    int count = jv_array_length(jv_copy(list));
    jv first = jv_array_get(jv_copy(list), 0);
    char ids[CAL_CELL];
    if (count == 1)
        snprintf(out, CAL_CELL, "%.0f %s", number(first, "id"), text(first, "name"));
    else
        snprintf(out, CAL_CELL, "%.900s (%d fields)", ids_text(list, ids), count);
    jv_free(first);
    jv_free(list);
    return out;
}

/* "2024-03-01 09:00:37.0" of an ISO time. */
static const char *clock_text(jv object, const char *key, bool date, char *out)
{
    const char *iso = text(object, key), *t = strchr(iso, 'T');
    if (!t)
        return strcpy(out, "");
    snprintf(out, CAL_CELL, "%.*s%s%.10s", date ? (int)(t - iso) : 0, iso, date ? " " : "", t + 1);
    return out;
}

const char *cal_cell_flagged(jv object, char *out)
{
    double fraction = number(object, "flagged_fraction");
    return isnan(fraction) ? strcpy(out, "")
                           : (snprintf(out, CAL_CELL, "%.1f%%", 100 * fraction), out);
}

/* ---- sections ---- */

void cal_describe_heading(cal_buf *out, const char *name, int shown, int all)
{
    cal_buf_addf(out, "\n%s (%d", name, shown);
    if (shown < all)
        cal_buf_addf(out, " of %d; the others have no rows", all);
    cal_buf_add(out, ")\n");
}

int cal_describe_shown(jv list)
{
    int count = 0;
    EACH(list, item)
    {
        count += number(item, "rows") > 0;
        jv_free(item);
    }
    return count;
}

static void print_selection(jv document, cal_buf *out)
{
    jv selection = cal_json_at(document, "selection");
    bool any = false;
    jv_object_foreach(selection, key, value)
    {
        cal_buf_addf(out, "%s%s=%s", any ? ", " : "Selection      ", jv_string_value(key),
                     jv_string_value(value));
        any = true;
        jv_free(key);
        jv_free(value);
    }
    if (any)
        cal_buf_addf(out, ": %.0f of %.0f rows\n", number(document, "selected_rows"),
                     number(document, "rows"));
    jv_free(selection);
}

static void print_observations(jv document, cal_buf *out)
{
    jv list = cal_json_at(document, "observations");
    EACH(list, row)
    {
        cal_buf_addf(out, "%-15s%s", row_index ? "" : "Observation", text(row, "telescope"));
        if (*text(row, "observer"))
            cal_buf_addf(out, ", observer %s", text(row, "observer"));
        if (*text(row, "project"))
            cal_buf_addf(out, ", project %s", text(row, "project"));
        cal_buf_add(out, "\n");
        jv_free(row);
    }
    jv_free(list);
}

static void print_header(jv document, cal_buf *out)
{
    char size[32], begin[CAL_CELL], end[CAL_CELL], baselines[32];
    cal_buf_addf(out, "MeasurementSet %s: %.0f rows, %s\n", text(document, "name"),
                 number(document, "rows"), cal_size_text(number(document, "size_bytes"), size));
    print_observations(document, out);
    if (*text(document, "begin"))
        cal_buf_addf(out, "Time           %s to %s UTC (%.6g s)\n",
                     clock_text(document, "begin", true, begin),
                     clock_text(document, "end",
                                strncmp(text(document, "begin"), text(document, "end"), 10), end),
                     number(document, "elapsed_s"));
    jv pairs = cal_json_at(document, "baselines");
    snprintf(baselines, sizeof baselines, "%.0f", number(pairs, "count"));
    if (number(pairs, "count") > 0)
        cal_buf_addf(out, "Baselines      %s, %.4g m to %.4g m\n", baselines,
                     number(pairs, "shortest_m"), number(pairs, "longest_m"));
    jv_free(pairs);
    print_selection(document, out);
}

static void print_flags(jv document, cal_buf *out)
{
    jv flags = cal_json_at(document, "flags");
    if (isnan(number(flags, "flagged_fraction"))) {
        jv_free(flags);
        return;
    }
    cal_buf_addf(out, "Flagged        %.2f%% of the data", 100 * number(flags, "flagged_fraction"));
    jv corrs = cal_json_at(flags, "correlations");
    EACH(corrs, corr)
    {
        cal_buf_addf(out, "%s%s %.2f%%", corr_index ? ", " : " (", text(corr, "correlation"),
                     100 * number(corr, "flagged_fraction"));
        jv_free(corr);
    }
    cal_buf_addf(out, "); FLAG_ROW is set in %.0f rows", number(flags, "flagged_rows"));
    if (number(flags, "inconsistent_rows") > 0)
        cal_buf_addf(out, " and disagrees with FLAG in %.0f", number(flags, "inconsistent_rows"));
    cal_buf_add(out, "\n");
    jv_free(corrs);
    jv_free(flags);
}

static void print_scans(jv document, cal_buf *out)
{
    char begin[CAL_CELL], end[CAL_CELL], field[CAL_CELL], spw[CAL_CELL], intent[CAL_CELL],
        flagged[CAL_CELL];
    jv scans = cal_json_at(document, "scans"), arrays = cal_json_at(document, "arrays"),
       observations = cal_json_at(document, "observations");
    int array_count = jv_array_length(arrays), observation_count = jv_array_length(observations);
    bool several = array_count > 1 || observation_count > 1;
    cal_grid grid = {.indent = 2};
    cal_describe_heading(out, "Scans", jv_array_length(jv_copy(scans)), 0);
    cal_grid_row(&grid, "Scan", "Obs", "Array", "Begin", "End", "Field", "Rows", "Ints", "Int(s)",
                 "Flagged", "Spws", "Intents", NULL);
    EACH(scans, scan)
    {
        cal_grid_cell(&grid, "%.0f", number(scan, "scan"));
        cal_grid_cell(&grid, several ? "%.0f" : "", number(scan, "observation"));
        cal_grid_cell(&grid, several ? "%.0f" : "", number(scan, "array"));
        cal_grid_cell(&grid, "%s", clock_text(scan, "begin", true, begin));
        cal_grid_cell(&grid, "%s", clock_text(scan, "end", false, end));
        cal_grid_cell(&grid, "%s", fields_text(scan, field));
        cal_grid_cell(&grid, "%.0f", number(scan, "rows"));
        cal_grid_cell(&grid, "%.0f", number(scan, "integrations"));
        cal_grid_cell(&grid, "%.4g", number(scan, "interval_s"));
        cal_grid_cell(&grid, "%s", cal_cell_flagged(scan, flagged));
        cal_grid_cell(&grid, "%s", ids_at(scan, "spws", spw));
        cal_cell_words(scan, "intents", intent);
        cal_grid_cell(&grid, "%s", *intent ? intent : cal_cell_words(scan, "tokens", intent));
        jv_free(scan);
    }
    cal_grid_print(&grid, out);
    jv_free(scans);
}

static void print_fields(jv document, cal_buf *out)
{
    char scans[CAL_CELL], intent[CAL_CELL], flagged[CAL_CELL], from[CAL_CELL];
    jv list = cal_json_at(document, "fields");
    cal_grid grid = {.indent = 2};
    cal_describe_heading(out, "Fields", cal_describe_shown(list), jv_array_length(jv_copy(list)));
    cal_grid_row(&grid, "Id", "Code", "Name", "RA", "Dec", "Frame", "Source", "Rows", "Flagged",
                 "Scans", "Intents", NULL);
    EACH(list, field)
    {
        jv direction = cal_json_at(field, "direction");
        if (number(field, "rows") > 0) {
            const char *origin = text(field, "intents_from");
            bool guessed = strcmp(origin, "state") && strcmp(origin, "none");
            snprintf(from, sizeof from, " (from %s)", origin);
            cal_grid_cell(&grid, "%.0f", number(field, "id"));
            cal_grid_cell(&grid, "%s", text(field, "code"));
            cal_grid_cell(&grid, "%s", text(field, "name"));
            cal_grid_cell(&grid, "%s", text(direction, "ra"));
            cal_grid_cell(&grid, "%s", text(direction, "dec"));
            cal_grid_cell(&grid, "%s", text(direction, "frame"));
            cal_grid_cell(&grid, "%.0f", number(field, "source_id"));
            cal_grid_cell(&grid, "%.0f", number(field, "rows"));
            cal_grid_cell(&grid, "%s", cal_cell_flagged(field, flagged));
            cal_grid_cell(&grid, "%s", ids_at(field, "scans", scans));
            cal_grid_cell(&grid, "%s%s", cal_cell_words(field, "intents", intent),
                          guessed ? from : "");
        }
        jv_free(direction);
        jv_free(field);
    }
    cal_grid_print(&grid, out);
    jv_free(list);
}

static void print_unmapped(jv document, cal_buf *out)
{
    char words[CAL_CELL];
    if (*cal_cell_words(document, "unmapped_tokens", words))
        cal_buf_addf(out, "\nIntents without a meaning: %s\n", words);
}

void cal_describe_text(jv document, cal_buf *out)
{
    print_header(document, out);
    print_flags(document, out);
    print_scans(document, out);
    print_fields(document, out);
    print_unmapped(document, out);
    cal_describe_setup_text(document, out);
}
