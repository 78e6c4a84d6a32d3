// Running sums are in long double, from the last row at risk back: what is at risk is a sum of positive numbers, and
// has all digits of the last few rows, too.
#include "linear/objective/cox_rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/parallel.hpp"
#include "rows/copy_rows.hpp"

namespace linden {
namespace {

using Sum = long double;

constexpr std::int64_t block_places = 256;
constexpr std::int64_t chunk_columns = 16;

}  // namespace

CoxRows::CoxRows(bool efron, std::span<const double> lower, std::span<const double> upper,
                 std::span<const double> weights, std::span<const std::int64_t> strata)
    : efron_(efron), rows_(lower.size()) {
  const std::int64_t whole[] = {0, std::ssize(lower)};
  if (strata.empty()) strata = whole;
  for (std::size_t s = 0; s + 1 < strata.size(); ++s) {
    std::vector<std::uint32_t> rows;
    std::vector<double> from, to, weight;
    for (auto row = static_cast<std::size_t>(strata[s]); row < static_cast<std::size_t>(strata[s + 1]); ++row) {
      const double w = weights.empty() ? 1 : weights[row];
      if (w == 0) continue;
      rows.push_back(static_cast<std::uint32_t>(row));
      from.push_back(lower[row]);
      to.push_back(upper[row]);
      weight.push_back(w);
    }
    const RiskOrder order(from, to, weight);
    const RiskSets sets = order.sets();
    event_weight_ += order.event_weight();
    const std::size_t first = row_.size();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      row_.push_back(rows[sets.order[i]]);
      weight_.push_back(weight[sets.order[i]]);
    }
    for (std::size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
      end = sets.ends[begin];
      std::size_t events = begin;
      while (events < end && sets.has_event(static_cast<std::int64_t>(events))) ++events;
      times_.push_back(
          {first + begin, first + events, first + end, sets.event_weights[begin], begin == 0, end == rows.size()});
    }
  }
}

/// Of an event, the share of those of its time that is taken off as if they had come before it.
double CoxPoint::share_before(const CoxRows::Time& time, std::size_t place) const {
  return rows_.efron_ ? static_cast<double>(place - time.begin) / static_cast<double>(time.events - time.begin) : 0;
}

CoxPoint::CoxPoint(const CoxRows& rows, std::span<const double> scores)
    : rows_(rows), hazards_(rows.row_.size()), risks_(rows.row_.size()), totals_(rows.row_.size()) {
  const auto score = [&](std::size_t place) { return scores[rows.row_[place]]; };
  Sum value = 0, at_risk = 0;
  double largest = 0;
  for (std::size_t t = rows.times_.size(); t-- > 0;) {
    const CoxRows::Time& time = rows.times_[t];
    if (time.is_last) {
      at_risk = 0;
      largest = -std::numeric_limits<double>::infinity();
      for (std::size_t first = t;; --first) {
        for (std::size_t i = rows.times_[first].begin; i < rows.times_[first].end; ++i)
          largest = std::max(largest, score(i));
        if (rows.times_[first].is_first) break;
      }
    }
    Sum own = 0;
    for (std::size_t i = time.end; i-- > time.begin;) {
      hazards_[i] = rows.weight_[i] * cox_hazard(score(i), largest);
      at_risk += hazards_[i];
      if (i < time.events) own += hazards_[i];
    }
    for (std::size_t i = time.begin; i < time.events; ++i) {
      risks_[i] = static_cast<double>(at_risk - share_before(time, i) * own);
      value += time.weight * std::log(risks_[i]) - rows.weight_[i] * (score(i) - largest);
    }
  }
  value_ = static_cast<double>(value);
  Sum total = 0;
  for (const CoxRows::Time& time : rows.times_) {
    if (time.is_first) total = 0;
    Sum own = 0;
    for (std::size_t i = time.begin; i < time.events; ++i) {
      total += time.weight / risks_[i];
      own += share_before(time, i) * time.weight / risks_[i];
    }
    for (std::size_t i = time.begin; i < time.end; ++i)
      totals_[i] = static_cast<double>(total - (i < time.events ? own : 0));
  }
}

void CoxPoint::derive(std::span<double> slopes, std::span<double> bends) const {
  std::ranges::fill(slopes, 0.0);
  std::ranges::fill(bends, 0.0);
  for (const CoxRows::Time& time : rows_.times_)
    for (std::size_t i = time.begin; i < time.end; ++i) {
      const std::uint32_t row = rows_.row_[i];
      bends[row] = hazards_[i] * totals_[i];
      slopes[row] = bends[row] - (i < time.events ? rows_.weight_[i] : 0);
    }
}

void CoxPoint::product(std::span<const double> direction, std::span<double> out) const {
  std::ranges::fill(out, 0.0);
  const auto along = [&](std::size_t place) { return direction[rows_.row_[place]]; };
  std::vector<double> means(hazards_.size());  // under p_k, times w_k / risk_k
  Sum at_risk = 0;
  for (std::size_t t = rows_.times_.size(); t-- > 0;) {
    const CoxRows::Time& time = rows_.times_[t];
    if (time.is_last) at_risk = 0;
    Sum own = 0;
    for (std::size_t i = time.end; i-- > time.begin;) {
      const double part = hazards_[i] * along(i);
      at_risk += part;
      if (i < time.events) own += part;
    }
    for (std::size_t i = time.begin; i < time.events; ++i)
      means[i] = static_cast<double>((at_risk - share_before(time, i) * own) / risks_[i]) * (time.weight / risks_[i]);
  }
  Sum total = 0;
  for (const CoxRows::Time& time : rows_.times_) {
    if (time.is_first) total = 0;
    Sum own = 0;
    for (std::size_t i = time.begin; i < time.events; ++i) {
      total += means[i];
      own += share_before(time, i) * means[i];
    }
    for (std::size_t i = time.begin; i < time.end; ++i)
      out[rows_.row_[i]] =
          hazards_[i] * static_cast<double>(along(i) * Sum(totals_[i]) - (total - (i < time.events ? own : 0)));
  }
}

// Of one time sum_k w_k p_k p_k' = a S S' - b (S O' + O S') + c O O', with sums S of all at risk and O of the events'
// own, is that of two vectors at most. They are made for a block of places at a time, each column by itself.
void CoxPoint::take_means(const Design& design, Workers& workers, double share, std::span<double> matrix) const {
  const DesignView view = design.view();
  const auto columns = static_cast<std::size_t>(view.features), width = columns + 1;
  const std::size_t places = hazards_.size();
  std::vector<double> values(block_places * columns), rows;
  std::vector<Sum> at_risk(columns), own(columns);
  std::size_t time = rows_.times_.size();
  for (std::size_t end = places; end > 0;) {
    const std::size_t begin = end > block_places ? end - block_places : 0;
    workers.chunks(static_cast<std::int64_t>(end - begin), 16,
                   [&](std::int64_t from, std::int64_t to, std::int64_t, int) {
                     for (auto i = static_cast<std::size_t>(from); i < static_cast<std::size_t>(to); ++i) {
                       const std::int64_t row = rows_.row_[begin + i];
                       copy_rows(static_cast<const RowsView&>(view), row, row + 1, values.data() + i * columns, 1);
                     }
                   });
    // Vectors of the times that begin in this block, and their factors of S, O for the first and O for the second.
    struct Vectors {
      std::size_t begin;
      double all = 0, own = 0, rest = 0;
    };
    std::vector<Vectors> wanted;
    std::size_t next = time;
    for (; next > 0 && rows_.times_[next - 1].begin >= begin; --next) {
      const CoxRows::Time& at = rows_.times_[next - 1];
      Vectors vectors{at.begin};
      double a = 0, b = 0, c = 0;
      for (std::size_t i = at.begin; i < at.events; ++i) {
        const double each = share * at.weight / risks_[i] / risks_[i], before = share_before(at, i);
        a += each;
        b += each * before;
        c += each * before * before;
      }
      if (a > 0) {
        vectors.all = std::sqrt(a);
        vectors.own = b / vectors.all;
        vectors.rest = std::sqrt(std::max(0.0, c - b * (b / a)));
      }
      wanted.push_back(vectors);
    }
    const std::size_t count = 2 * wanted.size();
    rows.assign(count * columns, 0.0);
    workers.chunks(static_cast<std::int64_t>(columns), chunk_columns,
                   [&](std::int64_t from, std::int64_t to, std::int64_t, int) {
                     for (auto j = static_cast<std::size_t>(from); j < static_cast<std::size_t>(to); ++j) {
                       const double shift = view.shift[j], factor = view.factor[j];
                       std::size_t t = time, vector = 0;
                       for (std::size_t i = end; i-- > begin;) {
                         // The time that the place is of: the last one that begins at it or before.
                         while (t > 0 && rows_.times_[t - 1].begin > i) --t;
                         const CoxRows::Time& at = rows_.times_[t - 1];
                         if (i + 1 == at.end) {
                           own[j] = 0;
                           if (at.is_last) at_risk[j] = 0;
                         }
                         const double part = hazards_[i] * (values[(i - begin) * columns + j] - shift) * factor;
                         at_risk[j] += part;
                         if (i < at.events) own[j] += part;
                         if (i != at.begin) continue;
                         const Vectors& v = wanted[vector];
                         rows[2 * vector * columns + j] = static_cast<double>(v.all * at_risk[j] - v.own * own[j]);
                         rows[(2 * vector + 1) * columns + j] = static_cast<double>(v.rest * own[j]);
                         ++vector;
                       }
                     }
                   });
    workers.chunks(static_cast<std::int64_t>(columns), chunk_columns,
                   [&](std::int64_t from, std::int64_t to, std::int64_t, int) {
                     for (auto i = static_cast<std::size_t>(from); i < static_cast<std::size_t>(to); ++i) {
                       double* const out = matrix.data() + i * width;
                       for (std::size_t r = 0; r < count; ++r) {
                         const double* const row = rows.data() + r * columns;
                         const double by = row[i];
                         if (by == 0) continue;
                         for (std::size_t j = 0; j <= i; ++j) out[j] -= by * row[j];
                       }
                     }
                   });
    time = next;
    end = begin;
  }
}

// KL of t p_k + (1 - t) a from p_k, for the events' own shares a of their time: terms are of the order of 1 - t, and so
// is their rounding.
double CoxPoint::divergence(double factor) const {
  const double left = 1 - factor;
  if (left == 0) return 0;
  Sum sum = 0;
  for (const CoxRows::Time& time : rows_.times_) {
    const auto events = static_cast<double>(time.events - time.begin);
    for (std::size_t k = time.begin; k < time.events; ++k) {
      const double kept = 1 - share_before(time, k);
      Sum own = 0, divergence = 0;
      for (std::size_t i = time.begin; i < time.events; ++i) {
        const double p = kept * hazards_[i] / risks_[k], a = rows_.weight_[i] / (events * time.weight);
        own += p;
        divergence += (factor * p + left * a) * std::log1p(left * (a / p - 1));
      }
      if (factor > 0) divergence += factor * std::log(factor) * std::max(Sum(0), 1 - own);
      const Sum all = time.weight * std::max(Sum(0), divergence);
      sum += rows_.efron_ ? all : all * events;
      if (!rows_.efron_) break;  // all see the same
    }
  }
  return static_cast<double>(sum);
}

double CoxPoint::newton_divergence(std::span<const double> scores) const {
  double reach = 0, least = 0, largest = 0;
  for (const CoxRows::Time& time : rows_.times_) {
    if (time.is_first) least = largest = scores[rows_.row_[time.begin]];
    for (std::size_t i = time.begin; i < time.end; ++i) {
      least = std::min(least, scores[rows_.row_[i]]);
      largest = std::max(largest, scores[rows_.row_[i]]);
    }
    reach = std::max(reach, largest - least);
  }
  if (!(reach < 1)) return std::numeric_limits<double>::infinity();
  std::vector<double> image(scores.size());
  product(scores, image);
  Sum square = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) square += scores[i] * image[i];
  return std::max(0.0, static_cast<double>(square)) / (2 * (1 - reach));
}

}  // namespace linden
