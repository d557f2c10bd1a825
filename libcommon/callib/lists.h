/* Lists of calibrations, each kept once: a number stands for a list, 0 for the empty one. For the .c files of callib that make maps
 * cell by cell. */
#ifndef CAL_CALLIB_LISTS_H
#define CAL_CALLIB_LISTS_H

#include "callib/map.h"

/* Numbers by pairs of numbers. {0} is empty. */
typedef struct cal_pairs {
    uint64_t *key;
    uint32_t *value; /* + 1 */
    size_t size, count;
} cal_pairs;

bool cal_pairs_find(const cal_pairs *pairs, uint32_t a, uint32_t b, uint32_t *value);
void cal_pairs_add(cal_pairs *pairs, uint32_t a, uint32_t b, uint32_t value); /* a new pair */
void cal_pairs_free(cal_pairs *pairs);

/* A list is another list and one calibration more. */
typedef struct cal_lists {
    uint32_t *before;
    int *last, *length;
    size_t count, room;
    cal_pairs longer;
} cal_lists;

cal_lists cal_lists_make(void);
void cal_lists_free(cal_lists *lists);
uint32_t cal_lists_longer(cal_lists *lists, uint32_t list, int calibration);
/* Writes the calibrations of a list; there is room for its length. */
void cal_lists_spell(const cal_lists *lists, uint32_t list, int *calibration);

/* For a map whose patterns hold numbers of `lists`: the lists in use get numbers of the map's own, in the order of their appearance, and are
 * spelled out in it. */
void cal_lists_number(const cal_lists *lists, cal_map *map);
/* The map of cells whose lists are given: cell[triple * antennas + antenna]. */
cal_map *cal_lists_map(const cal_lists *lists, const cal_vis *vis, const uint32_t *cell);

#endif
