#include "higgs_like.hpp"

#include <array>

#include "backend/math/math.hpp"
#include "backend/math/philox.hpp"

namespace linden::bench {
namespace {

constexpr double pi = 3.14159265358979323846;

// The random numbers of one row, in the order in which they are asked for.
class RowDraws {
 public:
  RowDraws(std::uint64_t seed, std::uint64_t row) : seed_(seed), row_(row) {}

  // In [0, 1).
  double uniform() {
    const PhiloxCounter drawn =
        philox4x32({{static_cast<std::uint32_t>(row_), static_cast<std::uint32_t>(row_ >> 32), drawn_++, 0x68696767u}},
                   {{static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)}});
    const std::uint64_t bits = (std::uint64_t{drawn.word[1]} << 32) | drawn.word[0];
    return static_cast<double>(bits >> 11) * 0x1p-53;
  }

  // Marsaglia's polar method: no sine, whose bits differ between C libraries.
  double normal() {
    if (has_spare_) {
      has_spare_ = false;
      return spare_;
    }
    double u = 0, v = 0, s = 0;
    do {
      u = 2 * uniform() - 1;
      v = 2 * uniform() - 1;
      s = u * u + v * v;
    } while (s >= 1 || s == 0);
    const double factor = math::sqrt(-2 * math::log(s) / s);
    spare_ = v * factor;
    has_spare_ = true;
    return u * factor;
  }

 private:
  std::uint64_t seed_, row_;
  std::uint32_t drawn_ = 0;
  double spare_ = 0;
  bool has_spare_ = false;
};

// By Taylor's series, for |x| <= 2 pi.
double cosine(double x) {
  const double turned = math::abs(x) > pi ? 2 * pi - math::abs(x) : x;
  double sum = 1;
  for (int k = 22; k > 0; k -= 2) sum = 1 - turned * turned / (k * (k - 1)) * sum;
  return sum;
}

double hyperbolic_cosine(double x) { return (math::exp(x) + math::exp(-x)) / 2; }

// Momentum across the beam, pseudorapidity, and angle around the beam.
struct Particle {
  double pt, eta, phi;
};

// The squared mass of two particles together; that of more particles is the sum over their pairs.
double mass2(const Particle& a, const Particle& b) {
  return 2 * a.pt * b.pt * (hyperbolic_cosine(a.eta - b.eta) - cosine(a.phi - b.phi));
}

// 1 at the centre, near 0 a few widths away.
double window(double x, double centre, double width) { return math::exp(-math::square((x - centre) / width)); }

struct Event {
  Particle lepton, neutrino;
  std::array<Particle, 4> jets;
  std::array<int, 4> tags;   // how much jet i looks like a b quark: 0, 1, 2
  std::array<int, 4> order;  // jets by falling tag
};

Event draw_event(RowDraws& draws) {
  const double scale = math::exp(0.25 * draws.normal());
  const auto particle = [&](double pt, double pt_spread, double eta_spread) {
    return Particle{scale * pt * math::exp(pt_spread * draws.normal()), eta_spread * draws.normal(),
                    pi * (2 * draws.uniform() - 1)};
  };
  Event event{};
  event.lepton = particle(0.9, 0.45, 1.0);
  event.neutrino = particle(0.9, 0.5, 0.0);
  constexpr std::array<double, 4> typical_pt{1.25, 1.0, 0.85, 0.7};
  for (int j = 0; j < 4; ++j) event.jets[j] = particle(typical_pt[j], 0.4, 0.95);
  for (int& tag : event.tags) {
    const double u = draws.uniform();
    tag = u < 0.5 ? 0 : u < 0.72 ? 1 : 2;
  }
  int at = 0;
  for (int tag = 2; tag >= 0; --tag)
    for (int j = 0; j < 4; ++j)
      if (event.tags[j] == tag) event.order[at++] = j;
  return event;
}

// Masses of groups of particles, each divided by its typical value.
struct Masses {
  double jj, jjj, lv, jlv, bb, wbb, wwbb;
};

Masses masses_of(const Event& event) {
  const Particle& b1 = event.jets[event.order[0]];
  const Particle& b2 = event.jets[event.order[1]];
  const Particle& j1 = event.jets[event.order[2]];
  const Particle& j2 = event.jets[event.order[3]];
  const double jj = mass2(j1, j2), bb = mass2(b1, b2), lv = mass2(event.lepton, event.neutrino);
  const double b1_jj = mass2(b1, j1) + mass2(b1, j2), b2_jj = mass2(b2, j1) + mass2(b2, j2);
  const double b1_lv = mass2(b1, event.lepton) + mass2(b1, event.neutrino);
  const double b2_lv = mass2(b2, event.lepton) + mass2(b2, event.neutrino);
  const double jj_lv =
      mass2(j1, event.lepton) + mass2(j1, event.neutrino) + mass2(j2, event.lepton) + mass2(j2, event.neutrino);
  return {math::sqrt(jj) / 2,
          math::sqrt(jj + b1_jj) / 4,
          math::sqrt(lv) / 1.5,
          math::sqrt(lv + b2_lv) / 3,
          math::sqrt(bb) / 2,
          math::sqrt(bb + jj + b1_jj + b2_jj) / 6,
          math::sqrt(bb + jj + lv + b1_jj + b2_jj + b1_lv + b2_lv + jj_lv) / 9};
}

// The log odds of class 1. Windows in the masses are easy to find; those in masses that are no features, and angles
// between particles, take deep trees.
double log_odds(const Event& event, const Masses& m) {
  const Particle& b1 = event.jets[event.order[0]];
  const Particle& b2 = event.jets[event.order[1]];
  const int tagged = event.tags[0] + event.tags[1] + event.tags[2] + event.tags[3];
  double sum = -1.6;
  sum += (0.5 + 0.3 * tagged) * window(m.bb, 0.9, 0.45) + 0.7 * window(m.jj, 0.7, 0.35) + 0.6 * window(m.jlv, 0.8, 0.4);
  sum += 0.8 * window(m.wbb / (0.1 + m.wwbb), 0.9, 0.25) - 0.9 * window(m.jjj, 1.5, 0.5);
  sum += 1.9 * window(math::sqrt(mass2(event.lepton, b1)), 1.4, 0.7) * cosine(event.lepton.phi - event.neutrino.phi);
  sum += 1.3 * cosine(b1.phi - b2.phi) * cosine(event.jets[0].phi - event.neutrino.phi);
  sum += 1.1 * window(event.jets[2].eta - event.jets[3].eta, 0, 0.8) * (m.lv < 1 ? 1 : -1);
  return 1.4 * sum;
}

void write_row(const Event& event, const Masses& m, float* out) {
  const auto put = [&](double value) { *out++ = static_cast<float>(value); };
  for (const double value :
       {event.lepton.pt, event.lepton.eta, event.lepton.phi, event.neutrino.pt, event.neutrino.phi})
    put(value);
  constexpr std::array<double, 4> tag_unit{1.0866, 1.1074, 1.2741, 1.5512};
  for (int j = 0; j < 4; ++j) {
    put(event.jets[j].pt);
    put(event.jets[j].eta);
    put(event.jets[j].phi);
    put(event.tags[j] * tag_unit[j]);
  }
  for (const double value : {m.jj, m.jjj, m.lv, m.jlv, m.bb, m.wbb, m.wwbb}) put(value);
}

}  // namespace

void higgs_like_rows(std::uint64_t seed, std::uint64_t first, std::span<float> values, std::span<float> labels) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    RowDraws draws(seed, first + i);
    const Event event = draw_event(draws);
    const Masses masses = masses_of(event);
    write_row(event, masses, &values[i * higgs_features]);
    labels[i] = draws.uniform() < math::sigmoid(log_odds(event, masses)) ? 1.0f : 0.0f;
  }
}

}  // namespace linden::bench
