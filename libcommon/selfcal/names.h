/* Names of the files of self-calibration (selfcal 2.3): a point separates the parts, so each part has its own rules. */
#ifndef CAL_SELFCAL_NAMES_H
#define CAL_SELFCAL_NAMES_H

#include <stdbool.h>

/* A field's name as a part of a file name: letters, digits and _ . - + stay, anything else becomes _. The caller frees it. */
char *cal_selfcal_token(const char *text);
/* "eb1.3C273.spw16_18.selfcal.ms": root is the input's name without ".ms", spws are ascending. The caller frees it. */
char *cal_selfcal_ms_name(const char *root, const char *field, const int *spw, int spws);
/* The name of an MS without its folder and ".ms"; the caller frees it. */
char *cal_selfcal_root(const char *path);

/* The table of a solution, beside the working copy:
 *
 *     caltable = selfcal-ms ".hif_selfcal." stage "." solint "." caltype ".tbl"
 *     caltype  = ( "gpcal" / "gacal" / "gapcal" / "kcal" ) [ "-" mode ] [ "-" INT ] [ "-through" ]
 *
 * mode is how windows are combined, INT the pass over the ladder where it is not the first, "through": with antennas passed through.
 * A solint's decimal point is written with _ so that points keep parting. */
typedef struct cal_selfcal_table {
    const char *ms, *stage, *solint; /* ms with its folder; solint as in the ladder: 70.00s_ap */
    const char *caltype;             /* gpcal, ... */
    const char *mode;                /* "" where the name has none */
    int pass;                        /* from 1 */
    bool through;
} cal_selfcal_table;

char *cal_selfcal_table_name(const cal_selfcal_table *table); /* the caller frees it */
/* False for another name, and nothing is to be freed then. */
bool cal_selfcal_table_parse(const char *name, cal_selfcal_table *table);
void cal_selfcal_table_free(cal_selfcal_table *table);

/* "eb1.s1_1.3C273_sci.spw16_18.cont.solint1_prior.I.iter2", what the names of a step's images begin with (selfcal 2.3); of the first
 * execution block where there are several. */
typedef struct cal_selfcal_image {
    const char *root, *stage, *field; /* "eb1", "s1_1", "3C273" */
    int *spw, spws;                   /* ascending */
    const char *step;                 /* "solint1_prior"; NULL: none */
    const char *stokes;
    int iter; /* 0 dirty, 1 initial, 2 loop, 3 final */
} cal_selfcal_image;

/* Without a folder; the caller frees it. */
char *cal_selfcal_image_name(const cal_selfcal_image *image);
#endif
