/* CASA's cal-library text (callibrary 6, caltables 2.8): one line for a table and the data that it is meant for.
 *
 *     caltable='p.G' calwt=False field='0,2' intent='CALIBRATE_PHASE#ON_SOURCE' spw='0~3' tinterp='linear' fldmap='nearest' spwmap=[0,0]
 */
#ifndef CAL_CALLIB_CASA_TEXT_H
#define CAL_CALLIB_CASA_TEXT_H

#include "callib/listing.h"

/* A line as read. Texts are NULL and lists empty where the key is not there. */
typedef struct cal_casa_line {
    char *caltable;
    bool calwt;
    char *field, *intent, *spw, *obs; /* the data; NULL: all */
    char *tinterp, *finterp;
    char *fldmap; /* "nearest", a selection of the table's fields, or NULL */
    int *fldmaps, *obsmap, *spwmap, *antmap;
    int fldmap_count, obsmap_count, spwmap_count, antmap_count;
    int line; /* number in the text, from 1 */
} cal_casa_line;

typedef struct cal_casa_lines {
    cal_casa_line *item;
    int count;
} cal_casa_lines;

/* Read as applycal reads it, with these differences, each to the better: a comment may stand behind a line, and a key that does not
 * exist is an error. CAL_INPUT with name and line number for what cannot be read. Lines are appended. */
cal_status cal_casa_read(const char *text, const char *name, cal_casa_lines *lines, cal_error *err);
void cal_casa_lines_free(cal_casa_lines *lines);

/* The lines of a listing of one set, as applycaltocallib writes them for the pipeline: line after line, the tables of each by name.
 * Where rows of an OBS_MODE that means several intents would get a table twice, which CASA refuses, the tables are listed one by one instead, by
 * OBS_MODE. CAL_DATA for what the format cannot say: a selection of antennas, a table registered twice for the same data, an OBS_MODE that no
 * selection tells from others, a name with a single quote in it, nothing at all. */
cal_status cal_casa_write(const cal_library *library, const cal_map *map,
                          const cal_listing *listing, cal_buf *out, cal_error *err);

#endif
