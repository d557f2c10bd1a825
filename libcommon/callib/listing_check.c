/* Does a listing say what its map says? */
#include "base/mem.h"
#include "callib/consolidate.h"

/* ---- boxes of one list ---- */

/* Number of triples in a box; -1 if some cell has another list. */
static long own_triples(const cal_box *box, const cal_map *map, uint32_t list)
{
    long count = 0;
    for (int t = -1; (t = cal_vis_next(map->vis, box, t)) >= 0; count++)
        for (CAL_IDS(antenna, &box->antenna))
            if (map->pattern[map->triple_pattern[t] * map->antennas + antenna] != list)
                return -1;
    return count;
}

static bool share_data(const cal_vis *vis, const cal_box *a, const cal_box *b)
{
    if (!cal_box_meets(a, b))
        return false;
    cal_box both = cal_box_copy(a);
    cal_idset_intersect(&both.spw, &b->spw);
    cal_idset_intersect(&both.field, &b->field);
    cal_idset_intersect(&both.intent, &b->intent);
    bool share = cal_vis_next(vis, &both, -1) >= 0;
    cal_box_free(&both);
    return share;
}

static long cells_of_list(const cal_cube *cube, uint32_t list)
{
    int antennas = cube->antenna.count, fields = cube->field.count, intents = cube->intent.count;
    long cells = 0;
    for (int u = cube->first_user[list]; u < cube->first_user[list + 1]; u++) {
        int p = cube->user[u];
        long of_triple = 0, triples = 0;
        for (int a = 0; a < antennas; a++)
            if (cube->list[p * antennas + a] == list)
                of_triple += cal_idset_count(&cube->antenna.ids[a]);
        for (int i = cube->first[p]; i < cube->first[p + 1]; i++) {
            int triple = cube->triple[i];
            triples += (long)cal_idset_count(&cube->spw.ids[triple / intents / fields]) *
                       cal_idset_count(&cube->field.ids[triple / intents % fields]) *
                       cal_idset_count(&cube->intent.ids[triple % intents]);
        }
        cells += of_triple * triples;
    }
    return cells;
}

bool cal_boxes_exact(const cal_boxes *boxes, const cal_cube *cube, uint32_t list)
{
    long cells = 0;
    for (int i = 0; i < boxes->count; i++) {
        const cal_box *box = &boxes->item[i];
        long triples = own_triples(box, cube->map, list);
        if (triples < 0)
            return false;
        cells += triples * cal_idset_count(&box->antenna);
        for (int j = 0; j < i; j++)
            if (share_data(cube->map->vis, box, &boxes->item[j]))
                return false;
    }
    return cells == cells_of_list(cube, list);
}

/* ---- a whole listing ---- */

static char *fault(const cal_map *map, const char *verb, int triple, int antenna, const char *what)
{
    const cal_triple *t = &map->vis->triple[triple];
    cal_buf text = {0};
    cal_buf_addf(&text, "%s field %d ", verb, t->field);
    cal_vis_print_field(map->vis, t->field, &text);
    cal_buf_addf(&text, ", spw %d, intent %s, antenna %d %s%s", t->spw,
                 map->vis->intent.name[t->intent], antenna, map->vis->antenna.name[antenna], what);
    return cal_buf_steal(&text);
}

/* The fault of one line; its cells are added to `seen`, [triples] sets of antennas. */
static char *line_fault(const cal_line *line, const cal_map *map, cal_idset *seen)
{
    for (int t = -1; (t = cal_vis_next(map->vis, &line->box, t)) >= 0;)
        for (CAL_IDS(antenna, &line->box.antenna)) {
            uint32_t list = map->pattern[map->triple_pattern[t] * map->antennas + antenna];
            if (cal_idset_has(&seen[t], antenna))
                return fault(map, "covers", t, antenna, ", which another line covers");
            if (list != (uint32_t)line->list)
                return fault(map, "covers", t, antenna,
                             list ? ", which has other calibrations" : ", which has none");
            cal_idset_add(&seen[t], antenna);
        }
    return NULL;
}

char *cal_listing_fault(const cal_listing *listing, const cal_map *map)
{
    const cal_vis *vis = map->vis;
    cal_idset *seen = CAL_NEW_ARRAY(cal_idset, vis->triples);
    int words = cal_idset_words(&vis->antenna.all);
    uint64_t *bits = CAL_NEW_ARRAY(uint64_t, (size_t)vis->triples * words);
    for (int t = 0; t < vis->triples; t++)
        seen[t] = (cal_idset){bits + (size_t)t * words, vis->antenna.size};
    char *found = NULL;
    for (int i = 0; !found && i < listing->count; i++)
        found = line_fault(&listing->line[i], map, seen);
    for (int t = 0; !found && t < vis->triples; t++)
        for (CAL_IDS(antenna, &vis->antenna.all))
            if (!found && !cal_idset_has(&seen[t], antenna) &&
                map->pattern[map->triple_pattern[t] * map->antennas + antenna])
                found = fault(map, "leaves out", t, antenna, "");
    free(seen);
    free(bits);
    return found;
}
