/* Tables that stand twice in the list of a cell. */
#include "base/mem.h"
#include "callib/check_parts.h"
#include "callib/map.h"
#include <string.h>

/* A table that stands in a list again; NULL: none does. `from` is the place to look from, moved on. */
static const char *repeated_table(const cal_library *library, const cal_list *list, int *from)
{
    for (int i = (*from)++; i < list->count; i = (*from)++)
        for (int k = 0; k < i; k++) {
            const char *name = library->calibration[list->calibration[i]].gaintable;
            if (!strcmp(name, library->calibration[list->calibration[k]].gaintable))
                return name;
        }
    return NULL;
}

/* The data where a list stands. */
static cal_box box_of_list(const cal_map *map, int list)
{
    cal_box box = cal_box_empty(map->vis);
    for (int t = 0; t < map->vis->triples; t++) {
        const uint32_t *pattern = map->pattern + (size_t)map->triple_pattern[t] * map->antennas;
        bool here = false;
        for (CAL_IDS(a, &map->vis->antenna.all))
            if (pattern[a] == (uint32_t)list) {
                cal_idset_add(&box.antenna, a);
                here = true;
            }
        if (here) {
            cal_idset_add(&box.spw, map->vis->triple[t].spw);
            cal_idset_add(&box.field, map->vis->triple[t].field);
            cal_idset_add(&box.intent, map->vis->triple[t].intent);
        }
    }
    return box;
}

static void report_twice(cal_checker *checker, const char *gaintable, const cal_vis *set,
                         const cal_box *box)
{
    jv where = JV_OBJECT(jv_string("vis"), cal_json_text(set->name));
    cal_where_ids(&where, "antenna", &box->antenna);
    cal_where_ids(&where, "spw", &box->spw);
    cal_where_ids(&where, "field", &box->field);
    cal_buf intents = {0};
    for (CAL_IDS(i, &box->intent))
        cal_buf_addf(&intents, "%s%s", intents.len ? "," : "", set->intent.name[i]);
    cal_json_set(&where, "intent", cal_json_text(cal_buf_text(&intents)));
    cal_buf_free(&intents);
    cal_checker_report(checker, CAL_DOUBTFUL, "twice", gaintable, where,
                       cal_format("%s is registered twice for the same data", gaintable),
                       "it is applied twice, and CASA refuses such a cal library",
                       "callib-remove takes all of them away there; then add it once");
}

void cal_check_twice(cal_checker *checker, const cal_book *book)
{
    const cal_library *library = checker->library;
    for (int v = 0; v < library->viss; v++) {
        cal_map *map = cal_map_make(library, book, v);
        for (int l = 1; l < map->lists; l++) {
            int from = 1;
            for (const char *table; (table = repeated_table(library, &map->list[l], &from));) {
                cal_box box = box_of_list(map, l);
                report_twice(checker, table, library->vis[v], &box);
                cal_box_free(&box);
            }
        }
        cal_map_free(map);
    }
}
