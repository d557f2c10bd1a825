#include "selfcal/estimate.h"

#include "base/mem.h"
#include <math.h>
#include <string.h>

static double total_time(const cal_estimate *facts)
{
    double sum = 0;
    for (int i = 0; i < facts->blocks; i++)
        sum += facts->block[i];
    return sum;
}

static int counted_antennas(const cal_estimate *facts)
{
    return facts->antennas < 50 ? facts->antennas : 50;
}

static bool is_block(const cal_rung *rung)
{
    return !strncmp(rung->solint, "inf_EB", 6);
}

static double block_time(const cal_estimate *facts, const cal_rung *rung, int block)
{
    double time = facts->block[block];
    return rung->seconds > 0 ? fmin(time, rung->seconds) : time;
}

double cal_estimate_seconds(const cal_estimate *facts, const cal_rung *rung)
{
    if (is_block(rung)) {
        double sum = 0;
        for (int i = 0; i < facts->blocks; i++)
            sum += block_time(facts, rung, i);
        return sum / facts->blocks;
    }
    if (rung->seconds > 0)
        return rung->seconds;
    return rung->combine_fields ? facts->scan : facts->scan / facts->fields_per_scan;
}

/* The S/N of the image is that of n antennas and all the time; a solution for one antenna has the baselines to the others. */
static double snr_with(const cal_estimate *facts, const cal_rung *rung, int antennas)
{
    double total = total_time(facts);
    if (antennas < 1)
        return NAN;
    if (!is_block(rung))
        return facts->snr / sqrt(antennas * total / cal_estimate_seconds(facts, rung));
    double sum = 0;
    for (int i = 0; i < facts->blocks; i++)
        sum += facts->snr / sqrt(antennas * total / block_time(facts, rung, i));
    return sum / facts->blocks;
}

double cal_estimate_snr(const cal_estimate *facts, const cal_rung *rung)
{
    int antennas = counted_antennas(facts);
    return snr_with(facts, rung, is_block(rung) ? antennas : antennas - 3);
}

double cal_estimate_part(const cal_estimate *facts, const cal_rung *rung, double bandwidth,
                         double total_bandwidth, bool two_pols)
{
    double snr = snr_with(facts, rung, counted_antennas(facts) - 3);
    return snr * sqrt(bandwidth / total_bandwidth) / (two_pols ? sqrt(2) : 1);
}

typedef struct receiver {
    const char *telescope;
    double highest; /* Hz, of the band */
    double sefd;    /* Jy */
} receiver;

/* VLA: of the observatory's exposure calculator. ALMA: 2 k T / (area x efficiency) with the system temperatures that are usual at
 * transit in the weather that a band is observed in. */
static const receiver receivers[] = {
    {"EVLA", 2e9, 420},     {"EVLA", 4e9, 370},     {"EVLA", 8e9, 310},    {"EVLA", 12e9, 250},
    {"EVLA", 18e9, 320},    {"EVLA", 26.5e9, 510},  {"EVLA", 40e9, 650},   {"EVLA", 50e9, 1200},
    {"ALMA", 50e9, 1300},   {"ALMA", 116e9, 2600},  {"ALMA", 163e9, 2900}, {"ALMA", 211e9, 3600},
    {"ALMA", 275e9, 3900},  {"ALMA", 373e9, 6500},  {"ALMA", 500e9, 16e3}, {"ALMA", 720e9, 32e3},
    {"ALMA", 950e9, 50e3},  {"ACA", 50e9, 3800},    {"ACA", 116e9, 7600},  {"ACA", 163e9, 8500},
    {"ACA", 211e9, 10.6e3}, {"ACA", 275e9, 11.5e3}, {"ACA", 373e9, 19e3},  {"ACA", 500e9, 47e3},
    {"ACA", 720e9, 94e3},   {"ACA", 950e9, 147e3},
};

double cal_estimate_sefd(const char *telescope, double freq_hz)
{
    for (size_t i = 0; i < CAL_COUNT(receivers); i++)
        if (!strcmp(receivers[i].telescope, telescope) && freq_hz <= receivers[i].highest)
            return receivers[i].sefd;
    return NAN;
}

double cal_estimate_noise(double sefd, int antennas, int pols, double bandwidth_hz, double time_s)
{
    const double efficiency = 0.93; /* of the correlator */
    double product = (double)pols * antennas * (antennas - 1) * bandwidth_hz * time_s;
    return product > 0 ? sefd / (efficiency * sqrt(product)) : NAN;
}
