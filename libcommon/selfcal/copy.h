/* The working copy of one execution block for one clean target: which windows and channels, how they are averaged, and the
 * ms-split that makes it (selfcal 1.1). */
#ifndef CAL_SELFCAL_COPY_H
#define CAL_SELFCAL_COPY_H

#include "selfcal/channels.h"
#include "selfcal/contdat.h"
#include "selfcal/settings.h"
#include "selfcal/target.h"

/* A window in the copy. Windows stand there in the order of their virtual numbers, so that copies of blocks which have the same
 * windows have the same ids. */
typedef struct cal_copy_spw {
    const cal_plan_spw *spw;
    int index;      /* into the clean target's windows */
    int id;         /* in the copy */
    bool lines_out; /* channels were left out */
    cal_chan_run *range;
    int ranges;
    int width, bins;     /* channels for one; channels of the copy */
    double first_freq;   /* of the copy's first channel, were no lines left out, Hz */
    double effective_bw; /* Hz, of the channels that are used */
} cal_copy_spw;

typedef struct cal_copy {
    char *name, *path; /* path: in the working folder */
    cal_copy_spw *spw;
    int spws;
    double rows, samples; /* rows, and visibilities times correlations */
    cal_words argv;       /* ms-split ... */
} cal_copy;

/* Notes are added for windows that are left out. CAL_DATA when none is left. */
cal_status cal_copy_plan(const cal_clean_target *target, const cal_target_block *block,
                         const cal_dataset *set, const cal_contdat *continuum,
                         const cal_selfcal_settings *settings, const char *folder, cal_words *notes,
                         cal_copy *copy, cal_error *err);
void cal_copy_free(cal_copy *copy);

/* Bytes on disk: DATA, MODEL_DATA, CORRECTED_DATA, flags, weights and the other columns. */
double cal_copy_bytes(const cal_copy *copy);

#endif
