/* The setup in the document of ms-info, for people: spectral windows, sources, antennas, and what the set has on disk. */
#include "base/grid.h"
#include "base/text.h"
#include "ms/describe_text.h"
#include <math.h>
#include <string.h>

enum { PAGE = 100, LABEL = 15 }; /* characters of a line; where the names of columns begin */

#define EACH(array, item) jv_array_foreach(array, item##_index, item)

static double number(jv object, const char *key)
{
    return cal_json_number_at(object, key, NAN);
}

/* object[key][index]; NaN where there is no such number. */
static double element(jv object, const char *key, int index)
{
    jv value = cal_json_item_at(object, key, index);
    double found = jv_get_kind(value) == JV_KIND_NUMBER ? jv_number_value(value) : NAN;
    jv_free(value);
    return found;
}

static const char *text(jv object, const char *key)
{
    return cal_json_text_at(object, key, "");
}

/* The correlations of a window: of its first data description, and a sign that there are more. */
static char *correlations_text(jv document, jv spw, char *out)
{
    jv ids = cal_json_at(spw, "data_descs"), dds = cal_json_at(document, "data_descs");
    int count = jv_array_length(jv_copy(ids));
    size_t length = 0;
    out[0] = 0;
    for (int i = 0; i < count; i++) {
        char names[CAL_CELL];
        jv id = jv_array_get(jv_copy(ids), i);
        jv dd = jv_array_get(jv_copy(dds), (int)jv_number_value(id));
        if (length < CAL_CELL / 2)
            length += snprintf(out + length, CAL_CELL - length, "%s%.200s", i ? "; " : "",
                               cal_cell_words(dd, "correlations", names));
        jv_free(dd);
        jv_free(id);
    }
    jv_free(ids);
    jv_free(dds);
    return out;
}

static char *frame_text(jv document, jv spw, char *out)
{
    (void)document;
    return strcpy(out, text(spw, "frame"));
}

static char *band_text(jv document, jv spw, char *out)
{
    (void)document;
    return strcpy(out, text(spw, "band"));
}

/* Where all windows that have rows say the same, it is put into `line` instead of a column. */
static bool agree(jv document, jv spws, const char *what,
                  char *(*words)(jv document, jv spw, char *out), cal_buf *line)
{
    char first[CAL_CELL] = "", other[CAL_CELL];
    bool same = true;
    int count = 0;
    EACH(spws, spw)
    {
        if (number(spw, "rows") > 0)
            same &= !strcmp(words(document, spw, count++ ? other : first), first);
        jv_free(spw);
    }
    if (same && *first)
        cal_buf_addf(line, "%s %s %s", line->len ? "," : "  all:", what, first);
    return same;
}

static void print_spws(jv document, cal_buf *out)
{
    char words[CAL_CELL];
    cal_buf line = {0};
    jv list = cal_json_at(document, "spws");
    bool one_frame = agree(document, list, "frame", frame_text, &line),
         one_setup = agree(document, list, "correlations", correlations_text, &line),
         one_band = agree(document, list, "band", band_text, &line);
    cal_grid grid = {.indent = 2, .page = PAGE, .shortened = "Name"};
    cal_describe_heading(out, "Spectral windows", cal_describe_shown(list),
                         jv_array_length(jv_copy(list)));
    if (line.len)
        cal_buf_addf(out, "%s\n", cal_buf_text(&line));
    cal_grid_row(&grid, "Id", "Name", "Chans", "Frame", "Ch0(MHz)", "Width(kHz)", "BW(MHz)", "Band",
                 "Science", "Corrs", "Rows", "Flagged", NULL);
    EACH(list, spw)
    {
        if (number(spw, "rows") > 0) {
            cal_grid_cell(&grid, "%.0f", number(spw, "id"));
            cal_grid_cell(&grid, "%s", text(spw, "name"));
            cal_grid_cell(&grid, "%.0f", number(spw, "nchan"));
            cal_grid_cell(&grid, "%s", one_frame ? "" : text(spw, "frame"));
            cal_grid_cell(&grid, "%.3f", element(spw, "freq_hz", 0) / 1e6);
            cal_grid_cell(&grid, "%.7g", element(spw, "width_hz", 0) / 1e3);
            cal_grid_cell(&grid, "%.6g", fabs(number(spw, "total_bandwidth_hz")) / 1e6);
            cal_grid_cell(&grid, "%s", one_band ? "" : text(spw, "band"));
            cal_grid_cell(&grid, "%s", cal_json_bool_at(spw, "science", false) ? "yes" : "no");
            cal_grid_cell(&grid, "%s", one_setup ? "" : correlations_text(document, spw, words));
            cal_grid_cell(&grid, "%.0f", number(spw, "rows"));
            cal_grid_cell(&grid, "%s", cal_cell_flagged(spw, words));
        }
        jv_free(spw);
    }
    cal_grid_print(&grid, out);
    cal_buf_free(&line);
    jv_free(list);
}

static void print_sources(jv document, cal_buf *out)
{
    jv list = cal_json_at(document, "sources");
    cal_grid grid = {.indent = 2};
    if (jv_array_length(jv_copy(list)))
        cal_describe_heading(out, "Sources", jv_array_length(jv_copy(list)), 0);
    cal_grid_row(&grid, "Id", "Name", "Spw", "Rest(MHz)", "Velocity(km/s)", NULL);
    EACH(list, source)
    {
        double rest = element(source, "rest_freq_hz", 0),
               velocity = element(source, "velocity_m_s", 0);
        cal_grid_cell(&grid, "%.0f", number(source, "id"));
        cal_grid_cell(&grid, "%s", text(source, "name"));
        cal_grid_cell(&grid, isnan(number(source, "spw")) ? "any" : "%.0f", number(source, "spw"));
        cal_grid_cell(&grid, isnan(rest) ? "" : "%.6f", rest / 1e6);
        cal_grid_cell(&grid, isnan(velocity) ? "" : "%.6g", velocity / 1e3);
        jv_free(source);
    }
    if (jv_array_length(jv_copy(list)))
        cal_grid_print(&grid, out);
    jv_free(list);
}

static void print_antennas(jv document, cal_buf *out)
{
    char flagged[CAL_CELL];
    jv list = cal_json_at(document, "antennas");
    cal_grid grid = {.indent = 2, .page = PAGE, .shortened = "Station"};
    cal_describe_heading(out, "Antennas", cal_describe_shown(list), jv_array_length(jv_copy(list)));
    cal_grid_row(&grid, "Id", "Name", "Station", "Diam(m)", "Longitude", "Latitude", "East(m)",
                 "North(m)", "Up(m)", "Rows", "Flagged", NULL);
    EACH(list, antenna)
    {
        if (number(antenna, "rows") > 0) {
            cal_grid_cell(&grid, "%.0f", number(antenna, "id"));
            cal_grid_cell(&grid, "%s", text(antenna, "name"));
            cal_grid_cell(&grid, "%s", text(antenna, "station"));
            cal_grid_cell(&grid, "%g", number(antenna, "diameter_m"));
            cal_grid_cell(&grid, "%.5f", number(antenna, "longitude_deg"));
            cal_grid_cell(&grid, "%.5f", number(antenna, "latitude_deg"));
            for (int i = 0; i < 3; i++)
                cal_grid_cell(&grid, "%.1f", element(antenna, "offset_enu_m", i));
            cal_grid_cell(&grid, "%.0f", number(antenna, "rows"));
            cal_grid_cell(&grid, "%s", cal_cell_flagged(antenna, flagged));
        }
        jv_free(antenna);
    }
    cal_grid_print(&grid, out);
    jv_free(list);
}

static void print_columns(jv document, cal_buf *out)
{
    jv list = cal_json_at(document, "columns"), subtables = cal_json_at(document, "subtables");
    int missing = 0;
    size_t width = LABEL;
    cal_buf_addf(out, "\n%-*s", LABEL, "Columns");
    EACH(list, column)
    {
        const char *name = text(column, "name");
        if (width + strlen(name) > PAGE) {
            cal_buf_addf(out, "\n%*s", LABEL, "");
            width = LABEL;
        }
        cal_buf_addf(out, "%s%s", width > LABEL ? " " : "", name);
        width += strlen(name) + 1;
        jv_free(column);
    }
    EACH(subtables, subtable)
    {
        missing += !cal_json_bool_at(subtable, "present", true);
        jv_free(subtable);
    }
    cal_buf_add(out, "\n");
    if (missing)
        cal_buf_addf(out,
                     "Missing        %d of %d subtables that the keywords name are not on disk\n",
                     missing, jv_array_length(jv_copy(subtables)));
    jv_free(list);
    jv_free(subtables);
}

void cal_describe_setup_text(jv document, cal_buf *out)
{
    print_spws(document, out);
    print_sources(document, out);
    print_antennas(document, out);
    print_columns(document, out);
}
