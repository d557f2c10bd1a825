/* The pipeline's applycal text: one line `applycal(vis='a.ms', field='...', ...)` for each line of a listing (callibrary 5).
 * Written byte for byte as the pipeline writes it; read by a grammar of literals, where the pipeline would run the line as Python. */
#ifndef CAL_CALLIB_APPLYCAL_TEXT_H
#define CAL_CALLIB_APPLYCAL_TEXT_H

#include "callib/listing.h"

/* The lines of a listing, each ended by a newline. */
void cal_applycal_write(const cal_library *library, const cal_map *map, const cal_listing *listing,
                        cal_buf *out);

/* Fields and intents of a box as that text has them: "" for all where the pipeline, too, writes nothing: when every field of the
 * set (every intent) is treated alike. */
void cal_applycal_fields(const cal_map *map, const cal_line *line, cal_buf *out);
void cal_applycal_intents(const cal_map *map, const cal_line *line, cal_buf *out);

/* One line as read. All of it belongs to the lines; equal texts and equal lists of calibrations are the same object. */
typedef struct cal_applycal_line {
    const char *vis, *field, *intent, *spw, *antenna;
    const cal_calibration *calibration; /* in the order of the line */
    int calibrations;
    int line;      /* number in the text, from 1 */
    int column[5]; /* of the values of vis, field, intent, spw, antenna; 0: not given */
} cal_applycal_line;

typedef struct cal_applycal_lines {
    cal_applycal_line *item;
    int count;
    const char *name; /* of the text */
    struct cal_applycal_store *store;
} cal_applycal_lines;

/* Lines that do not begin with `applycal(` are passed over, as the pipeline does; a call may go on over several lines. Of the
 * keys only vis and gaintable must be there: the others have the pipeline's defaults. A single value stands for all tables of the
 * line. What cannot be told apart from a mistake is CAL_USAGE with file, line and column: lists of other lengths than the tables,
 * one spwmap for several tables, misspelt keys, a scan or a time range, which no library can hold, and all that is no literal.
 * Other keys (applymode, parang, flagbackup, ...) are passed over. */
cal_status cal_applycal_read(const char *text, const char *name, cal_applycal_lines *lines,
                             cal_error *err);
void cal_applycal_lines_free(cal_applycal_lines *lines);

#endif
