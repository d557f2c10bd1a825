/* Lines of listings for people. */
#include "base/grid.h"
#include "base/mem.h"
#include "base/text.h"
#include "callib/view.h"
#include <string.h>

/* Columns of the page, and of the cells that may be cut. */
enum { PAGE = 100, FIELDS = 18, INTENTS = 18, IDS = 12, LIST = 18, SPWMAP = 18 };

/* ---- cells of the table ---- */

/* The ids, or what stands for all of them. */
static void add_ids(cal_grid *grid, const cal_idset *set, const cal_axis *axis, const char *all,
                    int widest)
{
    cal_buf text = {0};
    if (cal_idset_within(&axis->all, set))
        cal_buf_add(&text, all);
    else
        cal_idset_print(set, &text);
    bool cut = (int)text.len > widest;
    cal_grid_cell(grid, cut ? "%.*s..." : "%.*s", cut ? widest - 3 : widest, cal_buf_text(&text));
    cal_buf_free(&text);
}

/* Names as long as there is room for them, otherwise how many more there are. */
static void add_names(cal_grid *grid, const cal_idset *set, const cal_axis *axis, const char *all,
                      int widest)
{
    cal_buf text = {0};
    int left = cal_idset_count(set);
    if (cal_idset_within(&axis->all, set)) {
        cal_buf_add(&text, all);
        left = 0;
    }
    for (int id = cal_idset_next(set, 0); left; id = cal_idset_next(set, id + 1), left--) {
        if (text.len && (int)(text.len + strlen(axis->name[id])) > widest - 3)
            break;
        cal_buf_addf(&text, "%s%s", text.len ? "," : "", axis->name[id]);
    }
    if (left)
        cal_buf_addf(&text, " +%d", left);
    cal_grid_cell(grid, "%s", cal_buf_text(&text));
    cal_buf_free(&text);
}

/* Fields by name if they are few. */
static void add_fields(cal_grid *grid, const cal_idset *set, const cal_axis *axis, const char *all)
{
    size_t length = 0;
    for (CAL_IDS(field, set))
        length += strlen(axis->name[field]) + 1;
    if (length > FIELDS)
        add_ids(grid, set, axis, all, FIELDS);
    else
        add_names(grid, set, axis, all, FIELDS + 3);
}

/* 1,2,5~7: in the order of application, runs that go up by one as ranges; from *next on, as much as a cell takes. */
static void add_list(cal_grid *grid, const cal_list *list, const int *number, int widest, int *next)
{
    cal_buf text = {0};
    if (!list->count && !*next)
        cal_buf_add(&text, "-");
    while (*next < list->count && (int)text.len < widest - 5) {
        int first = *next, last = first;
        while (last + 1 < list->count &&
               number[list->calibration[last + 1]] == number[list->calibration[last]] + 1)
            last++;
        cal_buf_addf(&text, last > first ? "%s%d~%d" : "%s%d", text.len ? "," : "",
                     number[list->calibration[first]], number[list->calibration[last]]);
        *next = last + 1;
    }
    cal_grid_cell(grid, *next < list->count ? "%s," : "%s", cal_buf_text(&text));
    cal_buf_free(&text);
}

/* ---- what the numbers mean ---- */

static void note_used(const cal_list *list, int *number)
{
    for (int i = 0; i < list->count; i++)
        number[list->calibration[i]] = 1;
}

/* Numbers from 1 for those that are used, in the order of the library; 0 for the others. */
static int *number_used(const cal_view *rows, const cal_library *library)
{
    int *number = CAL_NEW_ARRAY(int, library->calibrations), used = 0;
    for (int i = 0; i < rows->count; i++) {
        note_used(&rows->item[i].list, number);
        note_used(&rows->item[i].second, number);
    }
    for (int c = 0; c < library->calibrations; c++)
        if (number[c])
            number[c] = ++used;
    return number;
}

static void add_spwmap(cal_grid *grid, const cal_calibration *calibration)
{
    cal_buf text = {0};
    for (int i = 0; i < calibration->spwmaps && text.len < 2 * SPWMAP; i++)
        cal_buf_addf(&text, "%s%d", i ? "," : "", calibration->spwmap[i]);
    bool cut = text.len > SPWMAP;
    cal_grid_cell(grid, cut ? "%.*s..." : "%.*s", SPWMAP, cal_buf_text(&text));
    cal_buf_free(&text);
}

static void print_calibrations(const cal_library *library, const int *number, cal_buf *out)
{
    cal_grid grid = {.indent = 2, .page = PAGE, .shortened = "Table"};
    cal_grid_row(&grid, "No", "Table", "Gainfield", "Interp", "Spwmap", "Calwt", NULL);
    for (int i = 0; i < library->calibrations; i++) {
        const cal_calibration *c = &library->calibration[i];
        if (!number[i])
            continue;
        char *name = cal_basename(c->gaintable);
        cal_grid_cell(&grid, "%d", number[i]);
        cal_grid_cell(&grid, "%s", name);
        cal_grid_cell(&grid, "%s", c->gainfield);
        cal_grid_cell(&grid, "%s", c->interp);
        add_spwmap(&grid, c);
        cal_grid_cell(&grid, "%s", c->calwt ? "yes" : "no");
        free(name);
    }
    cal_grid_print(&grid, out);
}

/* ---- the table ---- */

/* What stands for all ids of an axis: nothing in a column that says nothing else, which is left out. */
typedef struct all_marks {
    const char *field, *intent, *spw, *antenna;
} all_marks;

static all_marks marks_for(const cal_view *rows, const cal_library *library)
{
    static const char *const mark[] = {"", "*"};
    bool field = false, intent = false, spw = false, antenna = false;
    for (int i = 0; i < rows->count; i++) {
        const cal_vis *vis = library->vis[rows->item[i].vis];
        const cal_box *box = &rows->item[i].box;
        field |= !cal_idset_within(&vis->field.all, &box->field);
        intent |= !cal_idset_within(&vis->intent.all, &box->intent);
        spw |= !cal_idset_within(&vis->spw.all, &box->spw);
        antenna |= !cal_idset_within(&vis->antenna.all, &box->antenna);
    }
    return (all_marks){mark[field], mark[intent], mark[spw], mark[antenna]};
}

/* A list that is too long for its cell goes on in rows that are blank otherwise. */
static void add_row(cal_grid *grid, const cal_view_row *row, const cal_library *library,
                    bool comparison, const all_marks *all, const int *number)
{
    const cal_vis *vis = library->vis[row->vis];
    int next = 0, next_second = 0;
    cal_grid_cell(grid, "%s", comparison ? row->title : "");
    cal_grid_cell(grid, "%s", library->viss > 1 ? vis->name : "");
    add_fields(grid, &row->box.field, &vis->field, all->field);
    add_names(grid, &row->box.intent, &vis->intent, all->intent, INTENTS);
    add_ids(grid, &row->box.spw, &vis->spw, all->spw, IDS);
    add_ids(grid, &row->box.antenna, &vis->antenna, all->antenna, IDS);
    for (;;) {
        add_list(grid, &row->list, number, comparison ? IDS : LIST, &next);
        if (comparison)
            add_list(grid, &row->second, number, IDS, &next_second);
        if (next >= row->list.count && next_second >= row->second.count)
            break;
        for (int blank = 0; blank < 6; blank++)
            cal_grid_cell(grid, "%s", "");
    }
}

void cal_view_print(const cal_view *rows, const cal_library *library, bool comparison, cal_buf *out)
{
    int *number = number_used(rows, library);
    cal_grid grid = {.indent = 2, .page = PAGE, .shortened = comparison ? "Field" : "Set"};
    if (comparison)
        cal_grid_row(&grid, "Book", "Set", "Field", "Intent", "Spw", "Antenna", "First", "Second",
                     NULL);
    else
        cal_grid_row(&grid, "", "Set", "Field", "Intent", "Spw", "Antenna", "Tables", NULL);
    const all_marks all = marks_for(rows, library);
    for (int i = 0; i < rows->count; i++)
        add_row(&grid, &rows->item[i], library, comparison, &all, number);
    cal_grid_print(&grid, out);
    size_t end = out->len;
    cal_buf_add(out, "\n");
    size_t begin = out->len;
    print_calibrations(library, number, out);
    if (out->len == begin) /* there are none */
        out->data[out->len = end] = 0;
    free(number);
}
