/* For casa_*.c only: what writing CASA's cal-library text is made of. */
#ifndef CAL_CALLIB_CASA_PARTS_H
#define CAL_CALLIB_CASA_PARTS_H

#include "callib/casa_text.h"
#include "callib/modes.h"

typedef struct cal_known_intents {
    cal_idset intent;
    char *text;
} cal_known_intents;

typedef struct cal_casa_writer {
    const cal_library *library;
    const cal_vis *vis;
    cal_buf *out;
    cal_known_intents *known; /* sets of intents that were spelled before */
    int knowns;
} cal_casa_writer;

/* CAL_DATA: texts with a quote; tables for some antennas only; a table twice in a list. */
cal_status cal_casa_check_text(const char *what, const char *text, cal_error *err);
cal_status cal_casa_check_antennas(const cal_casa_writer *w, const cal_map *map, cal_error *err);
cal_status cal_casa_check_list(const cal_casa_writer *w, const cal_list *list, cal_error *err);
/* CASA takes calwt from the first line of a table. */
void cal_casa_warn_of_calwt(const cal_casa_writer *w, const cal_map *map);

/* The OBS_MODEs of a line's intents; nothing where all are meant. */
void cal_casa_print_intents(cal_casa_writer *w, const cal_map *map, const cal_line *line,
                            cal_buf *out);

/* Do the lines reach a row twice, or not all rows that need a table? */
bool cal_casa_lines_fail(cal_casa_writer *w, const cal_map *map, const cal_listing *listing,
                         const cal_mode_map *modes);
/* Do two lines of a table have a combination of field, spw and OBS_MODE in common, with data or without? */
bool cal_casa_lines_meet(const cal_casa_writer *w, const cal_map *map, const cal_listing *listing);

#endif
