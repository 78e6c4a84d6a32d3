#pragma once

namespace linden {

/// The logarithm of the density of a label > 0, or of the probability of 0, of the Tweedie distribution of this mean,
/// power in (1, 2) and dispersion.
double tweedie_log_density(double label, double mean, double power, double dispersion) noexcept;

}  // namespace linden
