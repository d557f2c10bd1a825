#include "callib/consolidate.h"
#include "base/mem.h"
#include <string.h>

/* ---- leaves ---- */

static uint32_t list_of(const cal_cube *cube, int class, int triple)
{
    return cube->list[cube->map->triple_pattern[triple] * cube->antenna.count + class];
}

/* Do two runs of triples, of one spw and field each, have the same intents and lists for these antennas? */
static bool same_intents(const cal_cube *cube, int class, int place, int other)
{
    const cal_vis *vis = cube->map->vis;
    int a = vis->first[place], b = vis->first[other], count = vis->first[place + 1] - a;
    if (count != vis->first[other + 1] - b)
        return false;
    for (int i = 0; i < count; i++)
        if (vis->triple[a + i].intent != vis->triple[b + i].intent ||
            list_of(cube, class, a + i) != list_of(cube, class, b + i))
            return false;
    return true;
}

static bool same_fields(const cal_cube *cube, int class, int spw, int other)
{
    int fields = cube->map->vis->field.size;
    if (cube->spw.of[spw] == cube->spw.of[other])
        return true;
    for (int field = 0; field < fields; field++)
        if (!same_intents(cube, class, spw * fields + field, other * fields + field))
            return false;
    return true;
}

static void leaves_add(cal_leaves *leaves, const cal_leaf *leaf)
{
    if ((leaves->count & (leaves->count - 1)) == 0)
        leaves->leaf =
            cal_grow(leaves->leaf, leaves->count ? 2 * leaves->count : 1, sizeof(cal_leaf));
    leaves->leaf[leaves->count++] = *leaf;
}

/* Antennas, spws and fields of the leaf are set. */
static void add_intents(cal_leaves *leaves, cal_leaf leaf)
{
    const cal_cube *cube = leaves->cube;
    const cal_vis *vis = cube->map->vis;
    int class = cube->antenna.of[leaf.antenna[0]];
    int place = leaf.spw[0] * vis->field.size + leaf.field[0], end = vis->first[place + 1];
    for (int t = vis->first[place], next; t < end; t = next) {
        leaf.list = list_of(cube, class, t);
        for (next = t + 1; next < end; next++)
            if (vis->triple[next].intent != vis->triple[next - 1].intent + 1 ||
                list_of(cube, class, next) != leaf.list)
                break;
        leaf.intent[0] = vis->triple[t].intent;
        leaf.intent[1] = vis->triple[next - 1].intent;
        if (leaf.list)
            leaves_add(leaves, &leaf);
    }
}

static void add_fields(cal_leaves *leaves, cal_leaf leaf)
{
    const cal_cube *cube = leaves->cube;
    const cal_vis *vis = cube->map->vis;
    int class = cube->antenna.of[leaf.antenna[0]], base = leaf.spw[0] * vis->field.size;
    for (int field = 0, next; field < vis->field.size; field = next) {
        next = field + 1;
        if (vis->first[base + field] == vis->first[base + field + 1])
            continue;
        while (next < vis->field.size && same_intents(cube, class, base + field, base + next))
            next++;
        leaf.field[0] = field;
        leaf.field[1] = next - 1;
        add_intents(leaves, leaf);
    }
}

static void add_spws(cal_leaves *leaves, cal_leaf leaf)
{
    const cal_cube *cube = leaves->cube;
    int spws = cube->map->vis->spw.size, class = cube->antenna.of[leaf.antenna[0]];
    for (int spw = 0, next; spw < spws; spw = next) {
        next = spw + 1;
        if (cube->spw.of[spw] < 0)
            continue;
        while (next < spws && cube->spw.of[next] >= 0 && same_fields(cube, class, spw, next))
            next++;
        leaf.spw[0] = spw;
        leaf.spw[1] = next - 1;
        add_fields(leaves, leaf);
    }
}

/* What the pipeline cannot see: a range over every field, or every intent, becomes the empty set, which meets nothing. */
static void mark_unseen(cal_leaves *leaves, const cal_leaf *leaf)
{
    const cal_cube *cube = leaves->cube;
    const cal_vis *vis = cube->map->vis;
    if (leaf->field[1] - leaf->field[0] + 1 < cal_idset_count(&vis->field.all) &&
        leaf->intent[1] - leaf->intent[0] + 1 < cal_idset_count(&vis->intent.all))
        return;
    for (int spw = leaf->spw[0]; spw <= leaf->spw[1]; spw++)
        for (int field = leaf->field[0]; field <= leaf->field[1]; field++) {
            int place = cube->antenna.of[leaf->antenna[0]] * cube->spw.count + cube->spw.of[spw];
            leaves->unseen[place * cube->field.count + cube->field.of[field]] = true;
        }
}

static void sort_by_list(cal_leaves *leaves, int lists)
{
    cal_leaf *sorted = CAL_NEW_ARRAY(cal_leaf, leaves->count);
    leaves->first = CAL_NEW_ARRAY(int, lists + 1);
    for (int i = 0; i < leaves->count; i++)
        leaves->first[leaves->leaf[i].list + 1]++;
    for (int list = 0; list < lists; list++)
        leaves->first[list + 1] += leaves->first[list];
    int *next = CAL_NEW_ARRAY(int, lists + 1);
    memcpy(next, leaves->first, lists * sizeof *next);
    for (int i = 0; i < leaves->count; i++)
        sorted[next[leaves->leaf[i].list]++] = leaves->leaf[i];
    free(next);
    free(leaves->leaf);
    leaves->leaf = sorted;
}

cal_leaves *cal_leaves_make(const cal_cube *cube)
{
    const cal_vis *vis = cube->map->vis;
    cal_leaves *leaves = CAL_NEW(cal_leaves);
    leaves->cube = cube;
    leaves->unseen =
        CAL_NEW_ARRAY(bool, (size_t)cube->antenna.count * cube->spw.count * cube->field.count);
    for (int antenna = 0, next; antenna < vis->antenna.size; antenna = next) {
        next = antenna + 1;
        if (cube->antenna.of[antenna] < 0)
            continue;
        while (next < vis->antenna.size && cube->antenna.of[next] == cube->antenna.of[antenna])
            next++;
        add_spws(leaves, (cal_leaf){.antenna = {antenna, next - 1}});
    }
    for (int i = 0; i < leaves->count; i++)
        mark_unseen(leaves, &leaves->leaf[i]);
    sort_by_list(leaves, cube->map->lists);
    return leaves;
}

void cal_leaves_free(cal_leaves *leaves)
{
    if (!leaves)
        return;
    free(leaves->leaf);
    free(leaves->first);
    free(leaves->unseen);
    free(leaves);
}

/* ---- joining ---- */

/* An empty set of fields or intents is all of them, and in a union with others it is nothing. */
typedef struct pipe_entry {
    cal_box ids, classes;
} pipe_entry;

static void entry_free(pipe_entry *entry)
{
    cal_box_free(&entry->ids);
    cal_box_free(&entry->classes);
}

static void add_range(const int range[2], const cal_classes *axis, cal_idset *ids,
                      cal_idset *classes)
{
    for (int id = range[0]; id <= range[1]; id++) {
        cal_idset_add(ids, id);
        cal_idset_add(classes, axis->of[id]);
    }
}

static void entry_add(pipe_entry *entry, const cal_cube *cube, const cal_leaf *leaf)
{
    const cal_vis *vis = cube->map->vis;
    add_range(leaf->antenna, &cube->antenna, &entry->ids.antenna, &entry->classes.antenna);
    add_range(leaf->spw, &cube->spw, &entry->ids.spw, &entry->classes.spw);
    if (leaf->field[1] - leaf->field[0] + 1 < cal_idset_count(&vis->field.all))
        add_range(leaf->field, &cube->field, &entry->ids.field, &entry->classes.field);
    if (leaf->intent[1] - leaf->intent[0] + 1 < cal_idset_count(&vis->intent.all))
        add_range(leaf->intent, &cube->intent, &entry->ids.intent, &entry->classes.intent);
}

/* Does a box of classes hold cells of other lists, as far as the pipeline sees? */
static bool runs_over(const cal_leaves *leaves, const cal_box *box, uint32_t list)
{
    const cal_cube *cube = leaves->cube;
    for (CAL_IDS(spw, &box->spw))
        for (CAL_IDS(field, &box->field))
            for (CAL_IDS(intent, &box->intent)) {
                int pattern = cal_cube_at(cube, spw, field, intent);
                if (pattern < 0)
                    continue;
                for (CAL_IDS(antenna, &box->antenna)) {
                    uint32_t other = cube->list[pattern * cube->antenna.count + antenna];
                    int place = (antenna * cube->spw.count + spw) * cube->field.count + field;
                    if (other && other != list && !leaves->unseen[place])
                        return true;
                }
            }
    return false;
}

static bool widen(const cal_leaves *leaves, pipe_entry *old, const cal_leaf *leaf)
{
    pipe_entry wider = {cal_box_copy(&old->ids), cal_box_copy(&old->classes)};
    entry_add(&wider, leaves->cube, leaf);
    bool fits = !runs_over(leaves, &wider.classes, leaf->list);
    if (fits) {
        pipe_entry swap = *old;
        *old = wider;
        wider = swap;
    }
    entry_free(&wider);
    return fits;
}

cal_boxes cal_consolidate(const cal_leaves *leaves, uint32_t list)
{
    const cal_cube *cube = leaves->cube;
    const cal_vis *vis = cube->map->vis;
    int first = leaves->first[list], end = leaves->first[list + 1], count = 0;
    pipe_entry *entries = CAL_NEW_ARRAY(pipe_entry, end - first);
    for (int i = first; i < end; i++) {
        int e = 0;
        while (e < count && !widen(leaves, &entries[e], &leaves->leaf[i]))
            e++;
        if (e < count)
            continue;
        entries[count] = (pipe_entry){cal_box_empty(vis), cal_cube_box(cube)};
        entry_add(&entries[count++], cube, &leaves->leaf[i]);
    }
    cal_boxes boxes = {0};
    for (int e = 0; e < count; e++) {
        if (cal_idset_empty(&entries[e].ids.field))
            cal_idset_unite(&entries[e].ids.field, &vis->field.all);
        if (cal_idset_empty(&entries[e].ids.intent))
            cal_idset_unite(&entries[e].ids.intent, &vis->intent.all);
        cal_boxes_add(&boxes, entries[e].ids);
        cal_box_free(&entries[e].classes);
    }
    free(entries);
    return boxes;
}

cal_listing cal_listing_pipeline(const cal_map *map)
{
    cal_listing listing = {0};
    cal_cube *cube = cal_cube_make(map);
    cal_leaves *leaves = cal_leaves_make(cube);
    for (int list = 1; list < map->lists; list++) {
        cal_boxes boxes = cal_consolidate(leaves, list);
        cal_listing_add(&listing, &boxes, list);
    }
    cal_leaves_free(leaves);
    cal_cube_free(cube);
    cal_listing_sort(&listing);
    return listing;
}
