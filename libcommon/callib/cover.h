/* Covering cells with few boxes: what listings and registrations are made of.
 *
 * Ids that behave alike (antennas with the same lists everywhere, fields that differ in no cell) are
 * put into one class first; a best covering of the classes is a best one of the ids, and the EVLA
 * case of callibrary 9.1 shrinks from a million cells to some ten thousand. The rest is search in a
 * small cube per list: values of an axis with compatible slices are joined, axis by axis, in every
 * order of the axes; then boxes are joined as long as their hull holds nothing else.
 */
#ifndef CAL_CALLIB_COVER_H
#define CAL_CALLIB_COVER_H

#include "callib/map.h"

typedef struct cal_classes {
    int *of;        /* [ids]: the class of an id; -1 where it has no cells */
    cal_idset *ids; /* [count]; classes are in the order of their first ids */
    int count;
} cal_classes;

/* A map with classes instead of ids. */
typedef struct cal_cube {
    const cal_map *map;
    cal_classes antenna, spw, field, intent;
    int *pattern;    /* [spw][field][intent]: -1 without data */
    uint32_t *list;  /* [patterns][antenna]: as in the map */
    int *triple;     /* classes (spw * fields + field) * intents + intent, by pattern: */
    int *first;      /* [patterns + 1]: where those of a pattern begin in `triple` */
    int *user;       /* patterns, by list: */
    int *first_user; /* [lists + 1] */
    cal_idset *in;   /* [patterns]: room for one cal_cover at a time; empty between them */
} cal_cube;

cal_cube *cal_cube_make(const cal_map *map);
void cal_cube_free(cal_cube *cube);

static inline int cal_cube_at(const cal_cube *cube, int spw, int field, int intent)
{
    return cube->pattern[(spw * cube->field.count + field) * cube->intent.count + intent];
}
/* Four empty sets of classes. */
cal_box cal_cube_box(const cal_cube *cube);
/* The ids of a box of classes. */
cal_box cal_cube_ids(const cal_cube *cube, const cal_box *classes);

typedef struct cal_boxes {
    cal_box *item;
    int count;
} cal_boxes;

void cal_boxes_add(cal_boxes *boxes, cal_box box); /* takes the box */
void cal_boxes_free(cal_boxes *boxes);

/* The cells of one list, to be covered; all boxes are boxes of classes. */
typedef struct cal_cover {
    const cal_cube *cube;
    uint32_t list;
    bool strict;
    cal_idset *in; /* [patterns]: the antennas that have the list; of size 0 where none has */
    cal_box hull;
} cal_cover;

/* A covering by nesting: the values of axis[0] that are compatible are joined, within them those of
 * axis[1], ... Axes: 0 antenna, 1 spw, 2 field, 3 intent. */
cal_boxes cal_cover_nest(const cal_cover *cover, const int axis[4]);

/* Few disjoint boxes of ids that hold all cells of the list and no others. `effort`: cells that may be looked at
 * while searching, about; the first solution is found whatever it is. */
cal_boxes cal_cover_list(const cal_cube *cube, uint32_t list, bool strict, size_t effort);

/* The same for cells given as bits, in[t * words + ...]: a set of antennas for each triple. */
cal_boxes cal_cover_bits(const cal_vis *set, const uint64_t *in, bool strict, size_t effort);

#endif
