/* The pipeline's applycal text: one line `applycal(vis='a.ms', field='...', ...)` for each line of a listing (callibrary 5).
 * Written byte for byte as the pipeline writes it; read by a grammar of literals, where the pipeline would run the line as Python. */
#ifndef CAL_CALLIB_APPLYCAL_TEXT_H
#define CAL_CALLIB_APPLYCAL_TEXT_H

#include "callib/listing.h"

/* The lines of a listing, each ended by a newline. CAL_DATA for what cannot be written: a name with a single quote in it. */
cal_status cal_applycal_write(const cal_library *library, const cal_map *map,
                              const cal_listing *listing, cal_buf *out, cal_error *err);

/* One line as read; all texts are its own. */
typedef struct cal_applycal_line {
    char *vis, *field, *intent, *spw, *antenna;
    cal_calibration *calibration; /* in the order of the line */
    int calibrations;
    int line; /* number in the text, from 1 */
} cal_applycal_line;

typedef struct cal_applycal_lines {
    cal_applycal_line *item;
    int count;
} cal_applycal_lines;

/* Lines that do not begin with `applycal(` are passed over, as the pipeline does. Single values stand for all tables of the
 * line; lists of different lengths, missing keys, a value that is no literal: CAL_USAGE with file, line and column. Keys that say
 * nothing about calibration (applymode, parang, flagbackup, ...) are passed over. */
cal_status cal_applycal_read(const char *text, const char *name, cal_applycal_lines *lines,
                             cal_error *err);
void cal_applycal_lines_free(cal_applycal_lines *lines);

#endif
