#include "ms/simulate_gains.h"
#include "base/mem.h"
#include "base/number.h"
#include "ms/simulate_noise.h"
#include <math.h>

/* What one receptor of one antenna in one spw carries from integration to integration. */
typedef struct receptor {
    float amplitude, drift_turn; /* phase of the drift */
    double turn;                 /* phase of the gain, turns */
    cal_noise walk;
} receptor;

struct cal_gains {
    const cal_scene *scene;
    receptor *receptor;
    int receptors;
    double first_time;
    bool started;
};

static float complex polar(double amplitude, double turn)
{
    float sine, cosine;
    cal_turn_sincos((float)(turn - rint(turn)), &sine, &cosine);
    return CMPLXF((float)(amplitude * cosine), (float)(amplitude * sine));
}

static double draw_normal(uint64_t seed, cal_noise_purpose purpose, int spw, int antenna, int pol)
{
    float value;
    cal_noise noise =
        cal_noise_stream(seed, purpose, (uint64_t)spw, (uint64_t)antenna, (uint64_t)pol);
    cal_noise_normal(&noise, &value, 1);
    return value;
}

cal_gains *cal_gains_new(const cal_scene *scene)
{
    const cal_scene_errors *errors = &scene->errors;
    cal_gains *gains = CAL_NEW(cal_gains);
    gains->scene = scene;
    gains->receptors = scene->spws * scene->antennas * 2;
    gains->receptor = CAL_NEW_ARRAY(receptor, gains->receptors);
    for (int i = 0; i < gains->receptors; i++) {
        int spw = i / (2 * scene->antennas), antenna = i / 2 % scene->antennas, pol = i % 2;
        int phase_spw = errors->phase_per_spw ? spw : 0,
            phase_pol = errors->phase_per_pol ? pol : 0;
        receptor *r = &gains->receptor[i];
        cal_noise noise = cal_noise_stream(scene->seed, CAL_NOISE_AMPLITUDE, (uint64_t)spw,
                                           (uint64_t)antenna, (uint64_t)pol);
        cal_noise_normal(&noise, &r->amplitude, 1);
        cal_noise_uniform(&noise, &r->drift_turn, 1);
        r->turn = errors->phase_rms / (2 * CAL_PI) *
                  draw_normal(scene->seed, CAL_NOISE_PHASE, phase_spw, antenna, phase_pol);
        r->walk = cal_noise_stream(scene->seed, CAL_NOISE_WALK, (uint64_t)phase_spw,
                                   (uint64_t)antenna, (uint64_t)phase_pol);
    }
    return gains;
}

void cal_gains_free(cal_gains *gains)
{
    if (gains)
        free(gains->receptor);
    free(gains);
}

void cal_gains_next(cal_gains *gains, double time, float complex *gain)
{
    const cal_scene_errors *errors = &gains->scene->errors;
    if (!gains->started)
        gains->first_time = time;
    gains->started = true;
    double cycles = (time - gains->first_time) / errors->amp_drift_period;
    for (int i = 0; i < gains->receptors; i++) {
        receptor *r = &gains->receptor[i];
        float step, sine, cosine;
        cal_noise_normal(&r->walk, &step, 1);
        r->turn += errors->phase_walk / (2 * CAL_PI) * (double)step;
        double drift = cycles + (double)r->drift_turn;
        cal_turn_sincos((float)(drift - rint(drift)), &sine, &cosine);
        gain[i] = polar(
            1 + errors->amp_rms * (double)r->amplitude + errors->amp_drift * (double)sine, r->turn);
    }
}

bool cal_gains_have_bandpass(const cal_scene *scene)
{
    const cal_scene_errors *errors = &scene->errors;
    return errors->bandpass_amp != 0 || errors->bandpass_phase != 0 || errors->delay_rms != 0;
}

void cal_gains_bandpass(const cal_scene *scene, int index, float complex *bandpass)
{
    const cal_scene_errors *errors = &scene->errors;
    const cal_scene_spw *spw = &scene->spw[index];
    for (int i = 0; i < 2 * scene->antennas; i++) {
        cal_noise noise =
            cal_noise_stream(scene->seed, CAL_NOISE_BANDPASS, (uint64_t)index, (uint64_t)i, 0);
        float uniform[2], normal, sine, cosine;
        cal_noise_uniform(&noise, uniform, 2);
        cal_noise_normal(&noise, &normal, 1);
        for (int k = 0; k < spw->nchan; k++) {
            double c = (double)k / (spw->nchan > 2 ? spw->nchan : 2);
            double first = c + (double)uniform[0], second = 1.5 * c + (double)uniform[1];
            cal_turn_sincos((float)(first - rint(first)), &sine, &cosine);
            double amplitude = 1 + errors->bandpass_amp * (double)cosine;
            cal_turn_sincos((float)(second - rint(second)), &sine, &cosine);
            double offset = (k - (spw->nchan - 1) / 2.0) * spw->width;
            double turn = errors->bandpass_phase / (2 * CAL_PI) * (double)sine +
                          errors->delay_rms * (double)normal * offset;
            bandpass[(size_t)i * (size_t)spw->nchan + (size_t)k] = polar(amplitude, turn);
        }
    }
}
