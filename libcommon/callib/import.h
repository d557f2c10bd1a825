/* Lines of text into a book: what an import does (callibrary 5.2, 5.3). */
#ifndef CAL_CALLIB_IMPORT_H
#define CAL_CALLIB_IMPORT_H

#include "base/text.h"
#include "callib/applycal_text.h"
#include "callib/batch.h"
#include "callib/casa_text.h"

typedef struct cal_import_rules {
    cal_words old_path, new_path; /* beginnings of paths and what they are now, one for one */
    const char *tables_in;        /* all tables are in this folder; NULL: where the text says */
    cal_caltype_list types;   /* of tables; the others' is guessed by name, as the pipeline does */
    bool passes_unknown_sets; /* lines of sets that the library lacks are passed over */
} cal_import_rules;

typedef struct cal_import_count {
    int lines, elsewhere;   /* read; of sets that the library lacks */
    int empty, first_empty; /* lines that select no data; the number of the first */
} cal_import_count;

/* The calibrations of the lines, in their order, behind what the book has, as few registrations as can be found. CAL_INPUT with
 * name, line and column for sets, fields, spws and antennas that are not there: the library is to be thrown away then. */
cal_status cal_import_applycal(const cal_applycal_lines *lines, const cal_import_rules *rules,
                               const char *origin, cal_library *library, cal_book *book,
                               cal_import_count *count, cal_error *err);
/* The same for CASA's text, whose lines are those of set number `vis`. CAL_INPUT for what a library cannot hold: maps of antennas,
 * fields or observations, and intents that are but a part of what the pipeline calls one. */
cal_status cal_import_casa(const cal_casa_lines *lines, const char *name,
                           const cal_import_rules *rules, const char *origin, int vis,
                           cal_library *library, cal_book *book, cal_import_count *count,
                           cal_error *err);

#endif
