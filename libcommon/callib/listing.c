/* The listing of a map: each list's cells as few boxes, whatever finds them. */
#include "callib/listing.h"
#include "base/mem.h"
#include "callib/consolidate.h"
#include "callib/cover.h"

/* Cells that may be looked at for all lists together, about: half a second. */
enum { EFFORT = 200000000, LEAST_EFFORT = 20000 };

static void listing_add(cal_listing *listing, cal_box box, int list)
{
    if ((listing->count & (listing->count - 1)) == 0)
        listing->line =
            cal_grow(listing->line, listing->count ? 2 * listing->count : 1, sizeof(cal_line));
    listing->line[listing->count++] = (cal_line){box, list};
}

/* Takes the boxes. */
void cal_listing_add(cal_listing *listing, cal_boxes *boxes, int list)
{
    for (int i = 0; i < boxes->count; i++)
        listing_add(listing, boxes->item[i], list);
    free(boxes->item);
    *boxes = (cal_boxes){0};
}

void cal_listing_free(cal_listing *listing)
{
    for (int i = 0; i < listing->count; i++)
        cal_box_free(&listing->line[i].box);
    free(listing->line);
    *listing = (cal_listing){0};
}

/* ---- order ---- */

static int compare_first(const cal_idset *a, const cal_idset *b)
{
    return cal_idset_next(a, 0) - cal_idset_next(b, 0);
}

static int compare_sets(const cal_idset *a, const cal_idset *b)
{
    int w = 0, words = cal_idset_words(a);
    while (w < words && a->word[w] == b->word[w])
        w++;
    return w == words ? 0 : a->word[w] < b->word[w] ? -1 : 1;
}

/* By the first ids; lines may agree in these where no data are, so the whole sets come after. */
static int compare_lines(const void *first, const void *second)
{
    const cal_box *a = &((const cal_line *)first)->box, *b = &((const cal_line *)second)->box;
    int order = compare_first(&a->antenna, &b->antenna);
    order = order ? order : compare_first(&a->spw, &b->spw);
    order = order ? order : compare_first(&a->field, &b->field);
    order = order ? order : compare_first(&a->intent, &b->intent);
    order = order ? order : compare_sets(&a->antenna, &b->antenna);
    order = order ? order : compare_sets(&a->spw, &b->spw);
    order = order ? order : compare_sets(&a->field, &b->field);
    return order ? order : compare_sets(&a->intent, &b->intent);
}

void cal_listing_sort(cal_listing *listing)
{
    if (listing->count)
        qsort(listing->line, listing->count, sizeof *listing->line, compare_lines);
}

/* ---- the fewest lines ---- */

/* Ours, or what the pipeline's way of joining gives when that is exact and shorter. */
static cal_boxes best_boxes(const cal_cube *cube, cal_leaves **leaves, uint32_t list, bool strict,
                            size_t effort)
{
    cal_boxes boxes = cal_cover_list(cube, list, strict, effort);
    if (boxes.count <= 2 || strict)
        return boxes;
    if (!*leaves)
        *leaves = cal_leaves_make(cube);
    cal_boxes other = cal_consolidate(*leaves, list);
    if (other.count < boxes.count && cal_boxes_exact(&other, cube, list)) {
        cal_boxes swap = boxes;
        boxes = other;
        other = swap;
    }
    cal_boxes_free(&other);
    return boxes;
}

cal_listing cal_listing_make(const cal_map *map, bool strict)
{
    cal_listing listing = {0};
    cal_cube *cube = cal_cube_make(map);
    cal_leaves *leaves = NULL;
    size_t effort = EFFORT / (map->lists ? map->lists : 1);
    for (int list = 1; list < map->lists; list++) {
        cal_boxes boxes =
            best_boxes(cube, &leaves, list, strict, effort > LEAST_EFFORT ? effort : LEAST_EFFORT);
        cal_listing_add(&listing, &boxes, list);
    }
    cal_leaves_free(leaves);
    cal_cube_free(cube);
    cal_listing_sort(&listing);
    return listing;
}

/* The antennas without calibration, for each triple of the box. */
static void add_uncalibrated(const cal_map *map, const cal_box *box, uint64_t *bits)
{
    int words = cal_idset_words(&map->vis->antenna.all);
    for (int t = -1; (t = cal_vis_next(map->vis, box, t)) >= 0;)
        for (CAL_IDS(antenna, &box->antenna))
            if (!map->pattern[map->triple_pattern[t] * map->antennas + antenna])
                bits[(size_t)t * words + antenna / 64] |= (uint64_t)1 << (antenna % 64);
}

cal_listing cal_listing_uncalibrated(const cal_map *map, const cal_regions *where, int vis,
                                     bool strict)
{
    cal_listing listing = {0};
    cal_box all = cal_box_all(map->vis);
    uint64_t *bits = CAL_NEW_ARRAY(uint64_t, (size_t)map->vis->triples *
                                                 cal_idset_words(&map->vis->antenna.all));
    for (int i = 0; where && i < where->count; i++)
        if (where->item[i].vis == vis)
            add_uncalibrated(map, &where->item[i].box, bits);
    if (!where)
        add_uncalibrated(map, &all, bits);
    cal_boxes boxes = cal_cover_bits(map->vis, bits, strict, EFFORT);
    cal_listing_add(&listing, &boxes, 0);
    cal_listing_sort(&listing);
    cal_box_free(&all);
    free(bits);
    return listing;
}
