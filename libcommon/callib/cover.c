/* The search for few boxes. */
#include "callib/cover.h"
#include "base/mem.h"
#include "callib/listing.h"
#include <string.h>

void cal_boxes_add(cal_boxes *boxes, cal_box box)
{
    if ((boxes->count & (boxes->count - 1)) == 0)
        boxes->item = cal_grow(boxes->item, boxes->count ? 2 * boxes->count : 1, sizeof(cal_box));
    boxes->item[boxes->count++] = box;
}

void cal_boxes_free(cal_boxes *boxes)
{
    for (int i = 0; i < boxes->count; i++)
        cal_box_free(&boxes->item[i]);
    free(boxes->item);
    *boxes = (cal_boxes){0};
}

/* ---- what a box holds ---- */

static bool box_fits(const cal_cover *cover, const cal_box *box)
{
    for (CAL_IDS(spw, &box->spw))
        for (CAL_IDS(field, &box->field))
            for (CAL_IDS(intent, &box->intent)) {
                int pattern = cal_cube_at(cover->cube, spw, field, intent);
                if (pattern < 0 ? cover->strict
                                : !cover->in[pattern].size ||
                                      !cal_idset_within(&box->antenna, &cover->in[pattern]))
                    return false;
            }
    return true;
}

/* Do two boxes have cells with data in common? */
static bool share_data(const cal_cover *cover, const cal_box *a, const cal_box *b)
{
    if (!cal_box_meets(a, b))
        return false;
    for (CAL_IDS(spw, &a->spw)) {
        if (!cal_idset_has(&b->spw, spw))
            continue;
        for (CAL_IDS(field, &a->field)) {
            if (!cal_idset_has(&b->field, field))
                continue;
            for (CAL_IDS(intent, &a->intent))
                if (cal_idset_has(&b->intent, intent) &&
                    cal_cube_at(cover->cube, spw, field, intent) >= 0)
                    return true;
        }
    }
    return false;
}

static void box_unite(cal_box *into, const cal_box *other)
{
    cal_idset_unite(&into->antenna, &other->antenna);
    cal_idset_unite(&into->spw, &other->spw);
    cal_idset_unite(&into->field, &other->field);
    cal_idset_unite(&into->intent, &other->intent);
}

/* ---- joining boxes ---- */

/* Boxes a and b and those that lie inside of their hull become one, if the hull cuts no other box and holds
 * nothing else. */
static bool join_two(const cal_cover *cover, cal_boxes *boxes, int a, int b)
{
    cal_box hull = cal_box_copy(&boxes->item[a]);
    box_unite(&hull, &boxes->item[b]);
    bool fits = box_fits(cover, &hull);
    for (int i = 0; fits && i < boxes->count; i++)
        fits = i == a || i == b || cal_box_within(&boxes->item[i], &hull) ||
               !share_data(cover, &boxes->item[i], &hull);
    if (!fits) {
        cal_box_free(&hull);
        return false;
    }
    int kept = 0;
    for (int i = 0; i < boxes->count; i++) {
        if (i == a || cal_box_within(&boxes->item[i], &hull)) {
            cal_box_free(&boxes->item[i]);
            if (i == a)
                boxes->item[kept++] = hull;
        } else {
            boxes->item[kept++] = boxes->item[i];
        }
    }
    boxes->count = kept;
    return true;
}

enum { MOST_PAIRS = 100000 }; /* that are tried at all: some ten milliseconds */

static void join_boxes(const cal_cover *cover, cal_boxes *boxes)
{
    int tried = 0;
    bool joined = true;
    while (joined) {
        joined = false;
        for (int a = 0; a < boxes->count; a++)
            for (int b = a + 1; b < boxes->count; b++) {
                if (tried++ > MOST_PAIRS)
                    return;
                if (join_two(cover, boxes, a, b)) {
                    joined = true;
                    a = a ? a - 1 : 0; /* the boxes before may fit to the larger one now */
                    b = a;
                }
            }
    }
}

/* ---- one list ---- */

static void cover_begin(cal_cover *cover)
{
    const cal_cube *cube = cover->cube;
    int antennas = cube->antenna.count, fields = cube->field.count, intents = cube->intent.count;
    cover->in = cube->in;
    cover->hull = cal_cube_box(cube);
    for (int u = cube->first_user[cover->list]; u < cube->first_user[cover->list + 1]; u++) {
        int p = cube->user[u];
        cover->in[p] = cal_idset_make(antennas);
        for (int a = 0; a < antennas; a++)
            if (cube->list[p * antennas + a] == cover->list)
                cal_idset_add(&cover->in[p], a);
        cal_idset_unite(&cover->hull.antenna, &cover->in[p]);
        for (int i = cube->first[p]; i < cube->first[p + 1]; i++) {
            int triple = cube->triple[i];
            cal_idset_add(&cover->hull.spw, triple / intents / fields);
            cal_idset_add(&cover->hull.field, triple / intents % fields);
            cal_idset_add(&cover->hull.intent, triple % intents);
        }
    }
}

static void cover_end(cal_cover *cover)
{
    const cal_cube *cube = cover->cube;
    for (int u = cube->first_user[cover->list]; u < cube->first_user[cover->list + 1]; u++)
        cal_idset_free(&cover->in[cube->user[u]]);
    cal_box_free(&cover->hull);
}

/* Orders of the axes, the ones that most often are best first. */
static const int orders[][4] = {
    {0, 1, 2, 3}, {0, 1, 3, 2}, {0, 2, 1, 3}, {0, 2, 3, 1}, {0, 3, 1, 2}, {0, 3, 2, 1},
    {1, 0, 2, 3}, {1, 0, 3, 2}, {1, 2, 0, 3}, {1, 2, 3, 0}, {1, 3, 0, 2}, {1, 3, 2, 0},
    {2, 0, 1, 3}, {2, 0, 3, 1}, {2, 1, 0, 3}, {2, 1, 3, 0}, {2, 3, 0, 1}, {2, 3, 1, 0},
    {3, 0, 1, 2}, {3, 0, 2, 1}, {3, 1, 0, 2}, {3, 1, 2, 0}, {3, 2, 0, 1}, {3, 2, 1, 0},
};

static size_t volume(const cal_box *box)
{
    return (size_t)cal_idset_count(&box->antenna) * cal_idset_count(&box->spw) *
           cal_idset_count(&box->field) * cal_idset_count(&box->intent);
}

/* The best of the orders. What does not fit into one box needs two at least: the search ends there. */
static cal_boxes best_nesting(const cal_cover *cover, size_t effort)
{
    cal_boxes best = {0};
    size_t cells = volume(&cover->hull);
    for (size_t i = 0; i < CAL_COUNT(orders); i++) {
        if (best.count && (best.count <= 2 || (i + 1) * cells > effort))
            break;
        cal_boxes boxes = cal_cover_nest(cover, orders[i]);
        join_boxes(cover, &boxes);
        if (!best.count || boxes.count < best.count) {
            cal_boxes swap = best;
            best = boxes;
            boxes = swap;
        }
        cal_boxes_free(&boxes);
    }
    return best;
}

cal_boxes cal_cover_list(const cal_cube *cube, uint32_t list, bool strict, size_t effort)
{
    cal_boxes boxes = {0};
    if (cube->first_user[list] == cube->first_user[list + 1])
        return boxes;
    cal_cover cover = {.cube = cube, .list = list, .strict = strict};
    cover_begin(&cover);
    if (box_fits(&cover, &cover.hull))
        cal_boxes_add(&boxes, cal_box_copy(&cover.hull));
    else
        boxes = best_nesting(&cover, effort);
    for (int i = 0; i < boxes.count; i++) {
        cal_box ids = cal_cube_ids(cube, &boxes.item[i]);
        cal_box_free(&boxes.item[i]);
        boxes.item[i] = ids;
    }
    cover_end(&cover);
    return boxes;
}
