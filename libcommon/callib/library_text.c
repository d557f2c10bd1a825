#include "callib/library_text.h"

#include "base/grid.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include <string.h>

/* ---- for files ---- */

static void print_items(jv document, const char *key, cal_buf *out)
{
    jv list = cal_json_at(document, key);
    cal_buf_addf(out, ",\n\"%s\":[", key);
    jv_array_foreach(list, i, item)
    {
        char *text = cal_json_dump(item);
        cal_buf_add(out, i ? ",\n " : "\n ");
        cal_buf_add(out, text);
        free(text);
        jv_free(item);
    }
    cal_buf_add(out, "]");
    jv_free(list);
}

void cal_library_print_lines(jv document, cal_buf *out)
{
    cal_buf_add(out, "{\"schema\":\"calutils/callib/1\"");
    print_items(document, "measurement_sets", out);
    print_items(document, "virtual_spws", out);
    print_items(document, "active", out);
    print_items(document, "applied", out);
    cal_buf_add(out, "}\n");
}

/* ---- for people ---- */

static void print_sets(jv document, cal_buf *out)
{
    cal_grid grid = {.indent = 2};
    jv sets = cal_json_at(document, "measurement_sets");
    cal_grid_row(&grid, "Set", "Telescope", "Antennas", "Spws", "Fields", NULL);
    jv_array_foreach(sets, i, set)
    {
        cal_grid_cell(&grid, "%s", cal_json_text_at(set, "vis", ""));
        cal_grid_cell(&grid, "%s", cal_json_text_at(set, "telescope", ""));
        cal_grid_cell(&grid, "%d", cal_json_length_at(set, "antennas"));
        cal_grid_cell(&grid, "%d", cal_json_length_at(set, "spws"));
        cal_grid_cell(&grid, "%d", cal_json_length_at(set, "fields"));
        jv_free(set);
    }
    cal_grid_print(&grid, out);
    jv_free(sets);
}

/* The end of a long name tells more than its beginning. */
static char *short_name(const char *gaintable)
{
    enum { WIDTH = 36 };
    char *last = cal_basename(gaintable);
    size_t length = strlen(last);
    if (length > WIDTH) {
        char *cut = cal_format("...%s", last + length - (WIDTH - 3));
        free(last);
        return cut;
    }
    return last;
}

static const char *unless_all(jv region, const char *key)
{
    const char *text = cal_json_text_at(region, key, "*");
    return strcmp(text, "*") ? text : "";
}

/* A row for each region; what the registration says stands in the first. */
static void add_registration(cal_grid *grid, int number, jv registration)
{
    char *table = short_name(cal_json_text_at(registration, "gaintable", ""));
    jv data = cal_json_at(registration, "data");
    jv_array_foreach(data, i, region)
    {
        cal_grid_cell(grid, i ? "" : "%d", number);
        cal_grid_cell(grid, "%s", i ? "" : table);
        cal_grid_cell(grid, "%s", i ? "" : cal_json_text_at(registration, "caltype", ""));
        cal_grid_cell(grid, "%s", cal_json_text_at(region, "vis", ""));
        cal_grid_cell(grid, "%s", unless_all(region, "field"));
        cal_grid_cell(grid, "%s", unless_all(region, "spw"));
        cal_grid_cell(grid, "%s", unless_all(region, "antenna"));
        cal_grid_cell(grid, "%s", unless_all(region, "intent"));
        jv_free(region);
    }
    jv_free(data);
    free(table);
}

static void print_book(jv document, const char *key, const char *title, cal_buf *out)
{
    cal_grid grid = {.indent = 2};
    jv book = cal_json_at(document, key);
    int count = jv_array_length(jv_copy(book));
    cal_buf_addf(out, "\n%s: %d registration%s%s\n", title, count, count == 1 ? "" : "s",
                 count ? " (a blank: all)" : "");
    cal_grid_row(&grid, "", "Table", "Type", "Set", "Field", "Spw", "Antenna", "Intent", NULL);
    jv_array_foreach(book, i, registration)
    {
        add_registration(&grid, i + 1, registration);
        jv_free(registration);
    }
    cal_grid_print(&grid, out);
    jv_free(book);
}

void cal_library_print_text(jv document, cal_buf *out)
{
    print_sets(document, out);
    print_book(document, "active", "To be applied", out);
    print_book(document, "applied", "Applied", out);
}
