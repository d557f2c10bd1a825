/* From a calibration library to the items of a chain, for one MS: which rows get which tables, to the cell. */
#include "cal/chain_library.h"
#include "base/mem.h"
#include "callib/import.h"
#include "callib/jobs.h"
#include "callib/modes.h"
#include "ms/describe.h"
#include <string.h>

/* ---- waiting ---- */

void cal_chain_add_library(cal_chain_list *list, const char *name, cal_library *library,
                           cal_applycal_lines *lines)
{
    list->library = cal_grow(list->library, list->libraries + 1, sizeof *list->library);
    list->library[list->libraries++] = (cal_chain_library){cal_copy_text(name), library, lines};
}

static void free_library(cal_chain_library *source)
{
    cal_library_free(source->library);
    if (source->lines)
        cal_applycal_lines_free(source->lines);
    free(source->lines);
    free(source->name);
}

void cal_chain_libraries_free(cal_chain_list *list)
{
    for (int i = 0; i < list->libraries; i++)
        free_library(&list->library[i]);
    free(list->library);
    list->library = NULL;
    list->libraries = 0;
}

void cal_chain_cells_free(cal_chain_cells *cells)
{
    if (!cells)
        return;
    for (int i = 0; i < cells->antennas; i++)
        free(cells->antenna[i]);
    free(cells->antenna);
    free(cells->set);
    free(cells);
}

/* ---- applycal text: a library is made of it, and of what the MS holds ---- */

static cal_status describe_ms(cal_table *ms, const cal_meta *meta, jv *document, cal_error *err)
{
    cal_summary *summary = NULL;
    if (cal_summary_read(ms, meta, NULL, &summary, err))
        return err->status;
    cal_intents *intents = cal_intents_read(meta, summary);
    cal_description what = {.ms = ms, .meta = meta, .summary = summary, .intents = intents};
    cal_status status = cal_describe(&what, document, err);
    cal_intents_free(intents);
    cal_summary_free(summary);
    return status;
}

static cal_status library_of_ms(const char *path, cal_library *library, cal_error *err)
{
    cal_table *ms;
    cal_meta *meta;
    jv document;
    if (cal_meta_load(path, &ms, &meta, err))
        return err->status;
    cal_status status = describe_ms(ms, meta, &document, err);
    cal_meta_free(meta);
    cal_table_close(ms, NULL);
    if (status)
        return status;
    cal_vis *vis;
    cal_place place = {.name = path};
    status = cal_vis_from_ms_info(document, &place, &vis, err);
    jv_free(document);
    return status ? status : cal_library_add_vis(library, vis, err);
}

static cal_status import_lines(cal_chain_library *source, const cal_meta *meta, cal_error *err)
{
    cal_import_rules rules = {.passes_unknown_sets = true};
    cal_import_count count = {0};
    source->library = cal_library_new();
    if (library_of_ms(meta->path, source->library, err) ||
        cal_import_applycal(source->lines, &rules, NULL, source->library, &source->library->active,
                            &count, err))
        return err->status;
    if (count.lines && count.elsewhere == count.lines)
        return cal_fail(err, CAL_DATA, "%s: none of its %d lines is for %s; the first is for %s",
                        source->name, count.lines, meta->name, source->lines->item[0].vis);
    return CAL_OK;
}

/* ---- is it this set? ---- */

static cal_status other_state(const cal_meta *meta, const char *what, int id, const char *there,
                              const char *here, cal_error *err)
{
    return cal_fail(
        err, CAL_INPUT,
        "the library knows another state of %s: its %s %d is %s there and %s here; make "
        "it anew with callib-new",
        meta->name, what, id, there, here);
}

static cal_status check_set(const cal_vis *vis, const cal_meta *meta, cal_error *err)
{
    for (CAL_IDS(id, &vis->field.all)) {
        const char *here = id < meta->fields ? meta->field[id].name : "missing";
        if (strcmp(vis->field.name[id], here))
            return other_state(meta, "field", id, vis->field.name[id], here, err);
    }
    for (CAL_IDS(id, &vis->antenna.all)) {
        const char *here = id < meta->antennas ? meta->antenna[id].name : "missing";
        if (strcmp(vis->antenna.name[id], here))
            return other_state(meta, "antenna", id, vis->antenna.name[id], here, err);
    }
    for (CAL_IDS(id, &vis->spw.all)) {
        const char *here = id < meta->spws ? meta->spw[id].name : "missing";
        if (strcmp(vis->spw.name[id], here))
            return other_state(meta, "spw", id, vis->spw.name[id], here, err);
    }
    return CAL_OK;
}

/* ---- onto rows ---- */

/* The items that a library makes: one for each calibration, and one more for each further time that a list has it. */
typedef struct laying {
    const cal_library *library;
    const cal_meta *meta;
    const cal_mode_map *modes;
    cal_chain_list *list;
    int first;                /* item of this library */
    int *calibration, *times; /* by item, from `first` on */
    int *state_mode;          /* [states + 1]: the mode of each state */
} laying;

static cal_chain_cells *make_cells(const cal_meta *meta)
{
    cal_chain_cells *cells = CAL_NEW(cal_chain_cells);
    cells->fields = meta->fields;
    cells->states = meta->states;
    cells->set = CAL_NEW_ARRAY(uint16_t, (size_t)meta->spws * meta->fields * (meta->states + 1));
    return cells;
}

static int item_for(laying *lay, int calibration, int times)
{
    int made = lay->list->count - lay->first;
    for (int i = 0; i < made; i++)
        if (lay->calibration[i] == calibration && lay->times[i] == times)
            return lay->first + i;
    const cal_calibration *from = &lay->library->calibration[calibration];
    cal_chain_item *item = cal_chain_list_add(lay->list, from->gaintable);
    free(item->gainfield);
    free(item->interp);
    item->gainfield = cal_copy_text(from->gainfield);
    item->interp = cal_copy_text(from->interp);
    item->calwt = from->calwt;
    item->spwmaps = from->spwmaps;
    item->spwmap = from->spwmaps ? CAL_NEW_ARRAY(int, from->spwmaps) : NULL;
    for (int i = 0; i < from->spwmaps; i++)
        item->spwmap[i] = from->spwmap[i];
    item->cells = make_cells(lay->meta);
    lay->calibration = cal_grow(lay->calibration, made + 1, sizeof(int));
    lay->times = cal_grow(lay->times, made + 1, sizeof(int));
    lay->calibration[made] = calibration;
    lay->times[made] = times;
    return lay->list->count - 1;
}

/* The number of a set of antennas in cells. */
static uint16_t antenna_set(cal_chain_cells *cells, const char *antenna, int antennas)
{
    if (!antenna)
        return 1;
    cal_idset ids = cal_idset_make(antennas);
    uint8_t *mark = CAL_NEW_ARRAY(uint8_t, antennas);
    cal_idset_parse(antenna, &ids);
    for (CAL_IDS(id, &ids))
        mark[id] = 1;
    cal_idset_free(&ids);
    for (int i = 0; i < cells->antennas; i++)
        if (!memcmp(cells->antenna[i], mark, antennas)) {
            free(mark);
            return (uint16_t)(i + 2);
        }
    cells->antenna = cal_grow(cells->antenna, cells->antennas + 1, sizeof *cells->antenna);
    cells->antenna[cells->antennas++] = mark;
    return (uint16_t)(cells->antennas + 1);
}

/* What the rows of one pattern of lists get. */
typedef struct share {
    int item;
    uint16_t set;
} share;

typedef struct pattern_shares {
    share *item;
    int count;
} pattern_shares;

static pattern_shares shares_of(laying *lay, cal_join *join, int pattern)
{
    pattern_shares shares = {0};
    cal_job_table *table = cal_job_tables(join, pattern, &shares.count);
    shares.item = CAL_NEW_ARRAY(share, shares.count);
    for (int i = 0; i < shares.count; i++) {
        int times = 0;
        for (int k = 0; k < i; k++)
            times += table[k].calibration == table[i].calibration;
        int item = item_for(lay, table[i].calibration, times);
        shares.item[i] = (share){
            item, antenna_set(lay->list->item[item].cells, table[i].antenna, lay->meta->antennas)};
    }
    cal_job_tables_free(table, shares.count);
    return shares;
}

static void lay_triple(laying *lay, const cal_triple *at, const pattern_shares *shares)
{
    const cal_meta *meta = lay->meta;
    size_t row = ((size_t)at->spw * meta->fields + at->field) * (meta->states + 1);
    for (int s = 0; s <= meta->states; s++)
        for (int i = 0; i < shares->count && lay->state_mode[s] == at->intent; i++)
            lay->list->item[shares->item[i].item].cells->set[row + s] = shares->item[i].set;
}

static void find_modes(laying *lay)
{
    const cal_axis *modes = &lay->modes->vis->intent;
    lay->state_mode = CAL_NEW_ARRAY(int, lay->meta->states + 1);
    for (int s = 0; s <= lay->meta->states; s++) {
        const char *text = s < lay->meta->states ? lay->meta->state[s].obs_mode : "";
        lay->state_mode[s] = modes->size - 1;
        for (int m = modes->size - 1; m >= 0; m--)
            if (!strcmp(modes->name[m], text))
                lay->state_mode[s] = m;
    }
}

/* ---- terms ---- */

static bool share_rows(const cal_chain_item *a, const cal_chain_item *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (a->cells->set[i] && b->cells->set[i])
            return true;
    return false;
}

/* Uses of one table that never meet in a row make one term, so that the table is read once. */
static void find_parts(laying *lay)
{
    const cal_meta *meta = lay->meta;
    size_t rows = (size_t)meta->spws * meta->fields * (meta->states + 1);
    for (int i = lay->first; i < lay->list->count; i++) {
        cal_chain_item *item = &lay->list->item[i];
        item->part = i + 1;
        for (int k = lay->first; k < i && item->part == i + 1; k++) {
            int part = lay->list->item[k].part;
            bool fits = item->calwt == lay->list->item[k].calwt &&
                        !strcmp(item->gaintable, lay->list->item[k].gaintable);
            for (int m = lay->first; m < i && fits; m++)
                fits =
                    lay->list->item[m].part != part || !share_rows(item, &lay->list->item[m], rows);
            item->part = fits ? part : item->part;
        }
    }
}

static void lay_all(laying *lay)
{
    const cal_map *map = lay->modes->map;
    pattern_shares *shares = CAL_NEW_ARRAY(pattern_shares, map->patterns);
    cal_join join;
    cal_join_begin(&join, lay->library, map);
    for (int p = 0; p < map->patterns; p++)
        shares[p] = shares_of(lay, &join, p);
    for (int t = 0; t < map->vis->triples; t++)
        lay_triple(lay, &map->vis->triple[t], &shares[map->triple_pattern[t]]);
    for (int p = 0; p < map->patterns; p++)
        free(shares[p].item);
    free(shares);
    cal_join_end(&join);
}

static cal_status lay_library(cal_chain_library *source, const cal_meta *meta, cal_chain_list *list,
                              cal_error *err)
{
    const cal_library *library = source->library;
    int vis;
    cal_mode_map modes;
    if (cal_library_find_vis(library, meta->path, &vis, err) ||
        check_set(library->vis[vis], meta, err))
        return err->status;
    cal_map *map = cal_map_make(library, &library->active, vis);
    cal_status status = cal_mode_map_make(library, map, &modes, err);
    if (!status) {
        laying lay = {library, meta, &modes, list, list->count, NULL, NULL, NULL};
        find_modes(&lay);
        lay_all(&lay);
        find_parts(&lay);
        if (list->count == lay.first)
            status = cal_fail(err, CAL_DATA, "it has no active calibration for %s", meta->name);
        free(lay.calibration);
        free(lay.times);
        free(lay.state_mode);
        cal_mode_map_free(&modes);
    }
    cal_map_free(map);
    return status;
}

cal_status cal_chain_list_resolve(cal_chain_list *list, const cal_meta *meta, cal_error *err)
{
    cal_status status = CAL_OK;
    for (int i = 0; i < list->libraries && !status; i++) {
        cal_chain_library *source = &list->library[i];
        status = source->library ? CAL_OK : import_lines(source, meta, err);
        if (!status && (status = lay_library(source, meta, list, err)))
            cal_prefix(err, "%s", source->name);
    }
    cal_chain_libraries_free(list);
    return status;
}
