/* Additions to a library: from options, or many from a file. */
#ifndef CAL_CALLIB_BATCH_H
#define CAL_CALLIB_BATCH_H

#include "callib/target.h"

/* Types of tables, from documents of caltable-info. */
typedef struct cal_caltype_list {
    char **table; /* last components of the paths */
    const char **caltype;
    int count;
} cal_caltype_list;

/* Documents of caltable-info, one after the other. */
cal_status cal_caltypes_read(const char *path, cal_caltype_list *types, cal_error *err);
void cal_caltypes_free(cal_caltype_list *types);
/* NULL: the table is not in the list. */
const char *cal_caltypes_find(const cal_caltype_list *types, const char *gaintable);
/* The pipeline's type for a VisCal keyword, "unknown" for most (callibrary 1.2). */
const char *cal_caltype_of_viscal(const char *viscal);

typedef struct cal_addition {
    cal_target target;
    const char *gaintable, *gainfield, *interp;
    int *spwmap, spwmaps;
    bool calwt;
    const char *caltype; /* NULL: from the list, else "unknown" */
    const char *task;
} cal_addition;

typedef struct cal_additions {
    cal_caltype_list types;
    const char *task; /* for additions that name none */
    bool allow_empty; /* a selection without data adds nothing; otherwise it is CAL_DATA */
} cal_additions;

/* Appends to the active book. */
cal_status cal_addition_make(const cal_addition *addition, const cal_additions *rules,
                             cal_library *library, cal_error *err);
/* Objects one after the other: {"gaintable": "p.G" or ["a", "b"], "vis", "field", "spw", "antenna", "intent", "virtual_spw", "gainfield",
 * "interp", "spwmap", "calwt", "caltype", "task"}. All or nothing is for the caller: the library is to be thrown away after an error. */
cal_status cal_additions_read(const char *path, const cal_additions *rules, cal_library *library,
                              cal_error *err);

#endif
