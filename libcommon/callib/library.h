/* The calibration library: which calibrations apply to which data, in which order.
 *
 * A library has two books, the active one (to be applied) and the applied one. A book is a list of
 * registrations in their order; each is a calibration and the data that it is meant for. The list of
 * calibrations of a cell, which is all that counts (callibrary 0), are those whose data hold the cell,
 * in the order of the book. So the document stays as small as what was said to it, and every
 * registration keeps who made it, while removals are exact to the cell.
 */
#ifndef CAL_CALLIB_LIBRARY_H
#define CAL_CALLIB_LIBRARY_H

#include "callib/vis.h"

/* Two calibrations are the same if all of these are. */
typedef struct cal_calibration {
    char *gaintable;
    char *gainfield; /* "" */
    char *interp;    /* "linear,linear" */
    int *spwmap;     /* by spw of the data; none: each spw its own */
    int spwmaps;
    bool calwt;
} cal_calibration;

/* A box of one of the library's sets. */
typedef struct cal_region {
    int vis;
    cal_box box;
} cal_region;

typedef struct cal_regions {
    cal_region *item;
    int count;
} cal_regions;

void cal_regions_add(cal_regions *regions, int vis, cal_box box); /* takes the box */
void cal_regions_free(cal_regions *regions);

typedef struct cal_registration {
    int calibration;  /* in the library's list */
    char *caltype;    /* "gaincal", ..., "unknown" */
    char *origin;     /* JSON: who registered it; NULL: not known */
    cal_regions data; /* disjoint; never none */
} cal_registration;

typedef struct cal_book {
    cal_registration *item;
    int count;
} cal_book;

typedef struct cal_virtual_spw {
    char *name;
    int *spw; /* by set; -1: it has none */
} cal_virtual_spw;

typedef struct cal_library {
    cal_vis **vis;
    int viss;
    cal_calibration *calibration; /* each different one once */
    int calibrations;
    cal_book active, applied;
    cal_virtual_spw
        *virtual_spw; /* spws of the first set under their ids, then those that only others have */
    int virtual_spws;
    int *index; /* hash table of the calibrations */
    size_t index_size;
} cal_library;

cal_library *cal_library_new(void);
void cal_library_free(cal_library *library); /* NULL is fine */

/* Takes the set. CAL_INPUT when one of that name is there. */
cal_status cal_library_add_vis(cal_library *library, cal_vis *vis, cal_error *err);
/* By path, name, or name without .ms; CAL_INPUT when there is none: the sets are named. */
cal_status cal_library_find_vis(const cal_library *library, const char *name, int *vis,
                                cal_error *err);
/* Match the spws of the sets by name (fields_ms 1.6): once when all sets are there. */
void cal_library_match_spws(cal_library *library);

/* The number of the calibration in the library's list; a copy is added where there is none. */
int cal_library_calibration(cal_library *library, const cal_calibration *calibration);
void cal_calibration_free(cal_calibration *calibration);

/* The types that the pipeline knows (callibrary 1.2), NULL at the end. */
extern const char *const cal_caltypes[];
bool cal_caltype_known(const char *caltype);
/* The type that is meant, in whatever case it was typed; NULL: none. */
const char *cal_caltype_name(const char *text);
/* CAL_USAGE: it is none; these are. */
cal_status cal_caltype_refuse(const char *text, cal_error *err);

/* A document of schema calutils/callib/1; `name` is for messages. Errors are CAL_USAGE and tell the
 * place: `lib.json: active[3].data[0].spw: ...`. */
cal_status cal_library_from_json(jv document, const char *name, cal_library **library,
                                 cal_error *err);
jv cal_library_json(const cal_library *library);
/* item["spwmap"], a list of ids; none where it is missing. The caller frees the map, also after an error. */
cal_status cal_spwmap_read(jv item, const cal_place *place, int **spw, int *count, cal_error *err);
jv cal_calibration_json(const cal_calibration *calibration);

#endif
