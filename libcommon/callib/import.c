/* Lines are laid onto the cells of their sets one after the other, and registered when all are there: a million of lines become
 * the few registrations that they were made from. */
#include "callib/import.h"
#include "base/mem.h"
#include "callib/book.h"
#include "callib/lists.h"
#include <string.h>

/* Selections that were resolved before: texts are kept once, so that their addresses tell them apart. */
typedef struct known_sets {
    cal_pairs number;
    cal_idset *set;
    int count;
} known_sets;

enum { FIELD, INTENT, SPW, ANTENNA, PARTS };

/* One set of the library that lines speak of. */
typedef struct landing {
    cal_lists lists;
    uint32_t *cell; /* [triple][antenna]; NULL: no line yet */
    known_sets known[PARTS];
} landing;

typedef struct import {
    const cal_import_rules *rules;
    cal_library *library;
    const char *name; /* of the text */
    landing *landing; /* by set */
    cal_pairs set;    /* numbers + 1 by name; 0: none */
    cal_pairs list;   /* numbers in `calibrations` by list of a line */
    cal_list *calibrations;
    int lists;
} import;

/* ---- things by their address ---- */

static bool find_known(const cal_pairs *pairs, const void *thing, uint32_t *number)
{
    uint64_t address = (uintptr_t)thing;
    return cal_pairs_find(pairs, (uint32_t)(address >> 32), (uint32_t)address, number);
}

static void add_known(cal_pairs *pairs, const void *thing, uint32_t number)
{
    uint64_t address = (uintptr_t)thing;
    cal_pairs_add(pairs, (uint32_t)(address >> 32), (uint32_t)address, number);
}

/* ---- paths and types ---- */

/* A new text. */
static char *moved_path(const import *in, const char *path)
{
    const cal_import_rules *rules = in->rules;
    for (int i = 0; i < rules->old_path.count; i++) {
        size_t length = strlen(rules->old_path.item[i]);
        if (!strncmp(path, rules->old_path.item[i], length))
            return cal_format("%s%s", rules->new_path.item[i], path + length);
    }
    return cal_copy_text(path);
}

static char *moved_table(const import *in, const char *path)
{
    if (!in->rules->tables_in)
        return moved_path(in, path);
    char *last = cal_basename(path);
    char *moved = cal_format("%s/%s", in->rules->tables_in, last);
    free(last);
    return moved;
}

/* The type of a table by its name, as the pipeline guesses it; "unknown" where it would give up. */
static const char *type_by_name(const char *gaintable)
{
    static const struct {
        const char *part, *type;
    } rule[] = {{"tsys", "tsys"},
                {"bcal", "bandpass"},
                {"gpcal", "gaincal"},
                {"gcal", "gaincal"},
                {"gacal", "gaincal"}};
    for (size_t i = 0; i < CAL_COUNT(rule); i++)
        if (strstr(gaintable, rule[i].part))
            return rule[i].type;
    return "unknown";
}

/* ---- what lines say ---- */

static const cal_list *list_of_line(import *in, const cal_applycal_line *line)
{
    uint32_t number;
    if (find_known(&in->list, line->calibration, &number))
        return &in->calibrations[number];
    add_known(&in->list, line->calibration, (uint32_t)in->lists);
    in->calibrations = cal_grow(in->calibrations, in->lists + 1, sizeof *in->calibrations);
    cal_list *list = &in->calibrations[in->lists++];
    *list = (cal_list){CAL_NEW_ARRAY(int, line->calibrations), line->calibrations};
    for (int i = 0; i < list->count; i++) {
        cal_calibration moved = line->calibration[i];
        moved.gaintable = moved_table(in, moved.gaintable);
        list->calibration[i] = cal_library_calibration(in->library, &moved);
        free(moved.gaintable);
    }
    return list;
}

static cal_status find_set(import *in, const cal_applycal_line *line, int *set, cal_error *err)
{
    uint32_t known;
    if (find_known(&in->set, line->vis, &known)) {
        *set = (int)known - 1;
        return CAL_OK;
    }
    char *path = moved_path(in, line->vis);
    cal_status status = cal_library_find_vis(in->library, path, set, err);
    if (status && in->rules->passes_unknown_sets) {
        status = CAL_OK;
        *set = -1;
    }
    if (!status)
        add_known(&in->set, line->vis, (uint32_t)(*set + 1));
    free(path);
    return status;
}

static cal_idset *part_of(cal_box *box, int part)
{
    cal_idset *parts[PARTS] = {&box->field, &box->intent, &box->spw, &box->antenna};
    return parts[part];
}

/* Numbers are ids in this text, also where antennas have numbers for names. */
static bool is_ids(const import *in, int set, int part, const char *text, cal_idset *ids)
{
    const cal_vis *vis = in->library->vis[set];
    const cal_axis *axis = part == SPW ? &vis->spw : part == ANTENNA ? &vis->antenna : NULL;
    if (!axis || !*text)
        return false;
    *ids = cal_idset_make(axis->size);
    if (cal_idset_parse(text, ids) && cal_idset_within(ids, &axis->all))
        return true;
    cal_idset_free(ids);
    return false;
}

/* One part of a selection, by itself; empty when no data have it. */
static cal_status resolve(const import *in, int set, int part, const char *text, cal_idset *ids,
                          cal_error *err)
{
    cal_target target = {.vis = in->library->vis[set]->name};
    const char **texts[PARTS] = {&target.field, &target.intent, &target.spw, &target.antenna};
    cal_regions regions;
    *texts[part] = text;
    if (cal_target_resolve(&target, in->library, &regions, err))
        return err->status;
    cal_box none = cal_box_empty(in->library->vis[set]);
    *ids = cal_idset_copy(part_of(regions.count ? &regions.item[0].box : &none, part));
    cal_box_free(&none);
    cal_regions_free(&regions);
    return CAL_OK;
}

static cal_status find_part(import *in, int set, int part, const char *text, cal_idset *ids,
                            cal_error *err)
{
    known_sets *known = &in->landing[set].known[part];
    uint32_t number;
    if (!find_known(&known->number, text, &number)) {
        cal_idset resolved;
        if (!is_ids(in, set, part, text, &resolved) && resolve(in, set, part, text, &resolved, err))
            return err->status;
        number = (uint32_t)known->count++;
        known->set = cal_grow(known->set, known->count, sizeof *known->set);
        known->set[number] = resolved;
        add_known(&known->number, text, number);
    }
    *ids = known->set[number];
    return CAL_OK;
}

/* ---- onto the cells ---- */

static void begin_landing(landing *land, const cal_vis *vis)
{
    if (land->cell)
        return;
    land->lists = cal_lists_make();
    land->cell = CAL_NEW_ARRAY(uint32_t, (size_t)vis->triples * vis->antenna.size);
}

/* Neighbouring cells mostly have the same list before, and so after. */
static void lay(landing *land, const cal_vis *vis, int triple, const cal_idset *antennas,
                const cal_list *list)
{
    uint32_t *cell = &land->cell[(size_t)triple * vis->antenna.size];
    uint32_t before = 0, after = 0;
    bool known = false;
    for (CAL_IDS(antenna, antennas)) {
        if (!known || cell[antenna] != before) {
            before = after = cell[antenna];
            for (int i = 0; i < list->count; i++)
                after = cal_lists_longer(&land->lists, after, list->calibration[i]);
            known = true;
        }
        cell[antenna] = after;
    }
}

static cal_status add_line(import *in, const cal_applycal_line *line, cal_import_count *count,
                           cal_error *err)
{
    const char *text[PARTS] = {line->field, line->intent, line->spw, line->antenna};
    int set, column = line->column[0];
    cal_status status = find_set(in, line, &set, err);
    cal_box box; /* its sets belong to what is known */
    count->elsewhere += !status && set < 0;
    if (!status && set < 0)
        return CAL_OK;
    for (int part = 0; part < PARTS && !status; part++) {
        column = line->column[part + 1];
        status = find_part(in, set, part, text[part], part_of(&box, part), err);
    }
    if (status)
        return column ? cal_prefix(err, "%s:%d:%d", in->name, line->line, column)
                      : cal_prefix(err, "%s:%d", in->name, line->line);
    const cal_vis *vis = in->library->vis[set];
    const cal_list *list = list_of_line(in, line);
    int triple = -1, touched = 0;
    begin_landing(&in->landing[set], vis);
    while (!cal_idset_empty(&box.antenna) && (triple = cal_vis_next(vis, &box, triple)) >= 0) {
        lay(&in->landing[set], vis, triple, &box.antenna, list);
        touched++;
    }
    if (!touched && !count->empty++)
        count->first_empty = line->line;
    return CAL_OK;
}

/* ---- the whole ---- */

static void register_all(import *in, const char *origin, cal_book *book)
{
    const cal_library *library = in->library;
    const char **type = CAL_NEW_ARRAY(const char *, library->calibrations);
    for (int i = 0; i < library->calibrations; i++) {
        const char *table = library->calibration[i].gaintable;
        type[i] = cal_caltypes_find(&in->rules->types, table);
        type[i] = type[i] ? type[i] : type_by_name(table);
    }
    for (int set = 0; set < library->viss; set++) {
        landing *land = &in->landing[set];
        if (!land->cell)
            continue;
        cal_map *map = cal_lists_map(&land->lists, library->vis[set], land->cell);
        cal_map_register(map, in->library, set, book, type, origin);
        cal_map_free(map);
    }
    free(type);
}

static void free_import(import *in)
{
    for (int set = 0; set < in->library->viss; set++) {
        landing *land = &in->landing[set];
        for (int part = 0; part < PARTS; part++) {
            for (int i = 0; i < land->known[part].count; i++)
                cal_idset_free(&land->known[part].set[i]);
            free(land->known[part].set);
            cal_pairs_free(&land->known[part].number);
        }
        cal_lists_free(&land->lists);
        free(land->cell);
    }
    for (int i = 0; i < in->lists; i++)
        free(in->calibrations[i].calibration);
    free(in->calibrations);
    free(in->landing);
    cal_pairs_free(&in->set);
    cal_pairs_free(&in->list);
}

cal_status cal_import_applycal(const cal_applycal_lines *lines, const cal_import_rules *rules,
                               const char *origin, cal_library *library, cal_book *book,
                               cal_import_count *count, cal_error *err)
{
import in = {.rules = rules, .library = library, .name = lines->name };
    in.landing = CAL_NEW_ARRAY(landing, library->viss);
    cal_status status = CAL_OK;
    for (int i = 0; i < lines->count && !status; i++)
        status = add_line(&in, &lines->item[i], count, err);
    count->lines += lines->count;
    if (!status)
        register_all(&in, origin, book);
    free_import(&in);
    return status;
}
