/* Arithmetic on books. Every operation is exact to the cell (callibrary 3, with the traps of 3.6
 * avoided): adding appends, removing takes all that is equal, order never changes. */
#ifndef CAL_CALLIB_BOOK_H
#define CAL_CALLIB_BOOK_H

#include "callib/library.h"

/* Takes the regions; copies the texts. Nothing is added for regions without data. */
void cal_book_add(cal_library *library, cal_book *book, int calibration, const char *caltype,
                  const char *origin, cal_regions data);

/* All registrations of another book of this library, which is empty then. */
void cal_book_append(cal_library *library, cal_book *book, cal_book *other);

/* Which registrations an operation is meant for; a missing part takes all. The patterns are globs,
 * several with commas between. */
typedef struct cal_predicate {
    const char *gaintable, *gainfield, *interp, *caltype;
    const char *calwt; /* "true" or "false" */
} cal_predicate;

/* The value of --caltype; CAL_USAGE for a pattern that no type fits. */
cal_status cal_predicate_set_caltype(void *predicate, const char *patterns, cal_error *err);

#define CAL_PREDICATE_OPTIONS(predicate)                                                           \
    CAL_HEADING("Which calibrations"),                                                             \
        {"gaintable",                                                                              \
         'g',                                                                                      \
         CAL_TEXT,                                                                                 \
         "GLOB",                                                                                   \
         &(predicate).gaintable,                                                                   \
         "tables whose name, or its last part, fits: '*bandpass*'",                                \
         0,                                                                                        \
         0},                                                                                       \
        {"caltype",                                                                                \
         0,                                                                                        \
         CAL_EACH,                                                                                 \
         "TYPES",                                                                                  \
         &(predicate),                                                                             \
         "types: tsys,wvr",                                                                        \
         0,                                                                                        \
         cal_predicate_set_caltype},                                                               \
        {"gainfield", 0, CAL_TEXT, "GLOB", &(predicate).gainfield, "gainfields that fit", 0, 0},   \
        {"interp", 0, CAL_TEXT, "GLOB", &(predicate).interp, "interpolations that fit", 0, 0},     \
    {                                                                                              \
        "calwt", 0, CAL_CHOICE, "BOOL", &(predicate).calwt, "with or without weights",             \
            "true false", 0                                                                        \
    }

bool cal_predicate_empty(const cal_predicate *predicate); /* fits everything */
bool cal_predicate_fits(const cal_predicate *predicate, const cal_library *library,
                        const cal_registration *registration);

/* Takes the matching registrations out of the regions. What was taken is appended to *taken in its order (NULL: not wanted).
 * Returns the number of registrations that lost cells. */
int cal_book_remove(cal_library *library, cal_book *book, const cal_predicate *predicate,
                    const cal_regions *where, cal_book *taken);
/* Takes from every cell all calibrations that `other` has there. */
void cal_book_subtract(cal_library *library, cal_book *book, const cal_book *other);
/* Keeps what lies in the regions. */
void cal_book_trim(cal_library *library, cal_book *book, const cal_regions *where);

void cal_registration_free(cal_registration *registration);
void cal_book_free(cal_book *book);

/* library + other or library - other, book by book. `other` may have other sets; those of both must be the same
 * (CAL_INPUT, with what differs). */
cal_status cal_library_merge(cal_library *library, const cal_library *other, bool minus,
                             cal_error *err);

#endif
