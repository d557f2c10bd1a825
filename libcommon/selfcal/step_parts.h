/* For step*.c only: the pieces of work on one clean target, and where it stands (target.state). */
#ifndef CAL_SELFCAL_STEP_PARTS_H
#define CAL_SELFCAL_STEP_PARTS_H

#include "base/buf.h"
#include "selfcal/picture.h"
#include "selfcal/step.h"
#include "selfcal/verdict.h"
#include "selfcal/work.h"

/* The targets of a state. */
int cal_state_targets(jv state);
jv cal_state_target(jv state, int index); /* a new reference */
void cal_state_put_target(jv *state, int index, jv target);
bool cal_state_is_through(jv state, int index);
int cal_state_through(jv state);     /* how many are */
void cal_state_set_stage(jv *state); /* state.state, of all of them */

/* The next piece of a state with one target, or all that the wish wants; the journal (NULL: none) is written after each. */
cal_status cal_step_run(jv *state, const cal_step_wish *wish, const char *journal, cal_error *err);
/* The same for every target, side by side. */
cal_status cal_step_run_several(jv *state, const cal_step_wish *wish, cal_error *err);

/* What the piece says of itself becomes an entry of target.steps; the commands are added when it is over. */
cal_status cal_step_split(cal_work *work, jv *entry, cal_error *err);
/* Part of the split: copies whose sky lies beside that of the first are moved there (settings.align_ebs); target.vis[].alignment says by how
 * much. What is to be said of it is added to `words`. */
cal_status cal_align_blocks(cal_work *work, cal_buf *words, cal_error *err);
/* Working copies that a killed run has left damaged are made again; whatever else a piece needs of them it makes itself. */
cal_status cal_step_mend(cal_work *work, cal_error *err);
cal_status cal_step_initial(cal_work *work, jv *entry, cal_error *err);
cal_status cal_step_solint(cal_work *work, int index, jv *entry, cal_error *err);
cal_status cal_step_final(cal_work *work, jv *entry, cal_error *err);
cal_status cal_step_cocal(cal_work *work, jv *entry, cal_error *err);

/* Where all targets of the state are through and allow_cocal is set: those without success get the chains of successful ones nearby in
 * target.state.cocal, and "cocal" as their next piece. True when any has. */
bool cal_lend_solutions(jv *state);

/* target.state, read and written. */
jv cal_stand(const cal_work *work); /* a new reference */
void cal_stand_set(cal_work *work, const char *key, jv value);
double cal_stand_number(const cal_work *work, const char *key);

/* The newest images of what is accepted: initial, then the last accepted ones. */
cal_status cal_newest_pictures(const cal_work *work, cal_pictures *pictures, cal_error *err);
/* They become that; SNR, RMS, ... of target.state follow, and what is to be expected of the intervals to come. */
void cal_keep_pictures(cal_work *work, const cal_pictures *pictures);
/* target.SNR_<suffix>, RMS_, SNR_NF_, RMS_NF_, intflux_, e_intflux_, Beam_*. */
void cal_keep_numbers(cal_work *work, const cal_pictures *pictures, const char *suffix);
cal_image_numbers cal_picture_numbers(const cal_pictures *pictures);
/* What all fields have together, of which the solutions are made: the S/N, or that of the flux where it is larger, added in quadrature. */
double cal_pictures_joint_snr(const cal_pictures *pictures);
/* In words, which fields beside the best one lose more of their S/N than this fraction; those without a source (S/N below 5) are not asked. */
void cal_pictures_tell_losses(const cal_pictures *pre, const cal_pictures *post, double tolerance,
                              cal_words *words);

/* What comes next; "" for nothing. */
void cal_next_is(cal_work *work, const char *next);
/* Calibration of this target is over, with the reason (NULL: it went to its end): images of what was reached come next. */
void cal_stop_solving(cal_work *work, const char *reason);

/* Words of a printf format, as a JSON text. */
jv cal_json_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* CAL_USAGE where no target has a piece of this name; NULL is fine. */
cal_status cal_step_check_until(jv state, const char *name, cal_error *err);

#endif
