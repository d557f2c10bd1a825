/* Several lists of calibrations as one. */
#ifndef CAL_CALLIB_JOIN_H
#define CAL_CALLIB_JOIN_H

#include "callib/lists.h"

typedef struct cal_join {
    const cal_library *library;
    const cal_map *map;
    cal_lists lists;
    uint32_t *list;   /* numbers of the map's lists in `lists` */
    cal_pairs joined; /* by two lists */
    int clash[2];     /* calibrations of one table, of which only one can be meant; -1: none */
} cal_join;

void cal_join_begin(cal_join *join, const cal_library *library, const cal_map *map);
void cal_join_end(cal_join *join);
/* The first list, and what the second has more often, each calibration behind what it follows there. */
uint32_t cal_join_lists(cal_join *join, uint32_t first, uint32_t second);

/* The map in which each antenna has what any of them has. clash[]: two calibrations of one table that meet there, -1 if none do. */
cal_map *cal_map_without_antennas(const cal_library *library, const cal_map *map, int clash[2]);

#endif
