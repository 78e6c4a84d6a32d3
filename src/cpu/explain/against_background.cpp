// What features add to the scores of rows against a background (backend/explain/games.hpp). Rows walk over each tree
// together, a lane each, and come to its leaves with their patterns. What a pattern is worth at a leaf is worked out
// for the first row that has it, and looked up for all others: time hardly depends on how many rows the background has.
#include "backend/explain/walk.hpp"
#include "cpu/explain/steps.hpp"
#include "cpu/explain/tiles.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int32_t most_table_bits = 12;                              // of a pattern that is looked up
constexpr std::int64_t most_table_numbers = (std::int64_t{2} << 20) / 8;  // of the table of a leaf

/// Rows of a tile, a multiple of explain_lanes: many, so that tables serve many, but as many as a cache has room for.
std::int64_t tile_rows(Context& context, const ExplainTask& task) {
  const std::int64_t each_worker = (task.row_count + context.workers.threads() - 1) / context.workers.threads();
  const std::int64_t fit = (std::int64_t{1} << 20) / (task.forest.features + task.program.levels + 1);
  const std::int64_t rows = each_worker < fit ? each_worker : fit;
  return ((rows < 4096 ? rows : 4096) + explain_lanes - 1) / explain_lanes * explain_lanes;
}

/// A worker's part of the scratch memory.
struct BackgroundMemory {
  BackgroundMemory(const ExplainTask& task, std::int64_t rows, std::byte* memory = nullptr) : tile(rows) {
    const auto take = [&](std::int64_t numbers) {
      std::byte* const first = memory + bytes;
      bytes += (numbers * 8 + 63) / 64 * 64;
      return first;
    };
    values = reinterpret_cast<double*>(take(tile * task.forest.features));
    follows = reinterpret_cast<PackBits*>(take(tile * (task.program.levels + 1)));
    bits = reinterpret_cast<std::uint64_t*>(take(tile * pattern_words(task.program)));
    mine = reinterpret_cast<std::uint64_t*>(take(pattern_words(task.program)));
    table = reinterpret_cast<double*>(take(most_table_numbers));
    known = reinterpret_cast<std::int64_t*>(take(std::int64_t{1} << most_table_bits));
  }

  std::int64_t tile, bytes = 0;
  double* values;       // [features, tile]
  PackBits* follows;    // [packs, levels + 1]
  std::uint64_t* bits;  // [words, tile]
  std::uint64_t* mine;  // [words]: a row's
  double* table;        // [patterns, places]
  std::int64_t* known;  // [patterns]: twice the number of the last leaf of the tile for which it was worked out, and 1
                        // more where there are games
};

/// The sums of a pattern: features of the way, then their pairs.
struct TableSums {
  double* values;
  std::int32_t count;
  bool pairs;

  bool has_pairs() const { return pairs; }
  void add(std::int32_t i, double x) const { values[i] += x; }
  void add(std::int32_t i, std::int32_t j, double x) const { values[count + pair_number(i, j, count)] += x; }
};

class TileWalk {
 public:
  TileWalk(const ExplainTask& task, const BackgroundTask& background, const BackgroundMemory& memory,
           std::int64_t begin, std::int64_t end)
      : task_(task),
        program_(task.program),
        background_(background),
        memory_(memory),
        begin_(begin),
        rows_(end - begin),
        walk_(task.program),
        lanes_(task.forest, walk_) {}

  void run(std::int32_t number) {
    tree_ = &program_.trees[number];
    number_ = number;
    for (std::int64_t s = tree_->first_step; s < tree_->end_step; ++s) {
      const ExplainStep step = program_.steps[s];
      if (step.move == ExplainMove::leaf) {
        reach(step.index);
        continue;
      }
      const ExplainSplit& split = program_.splits[tree_->first_split + step.index];
      each_pack([&](std::int64_t i) {
        lanes_.set_rows(memory_.values + i, memory_.tile);
        if (step.move == ExplainMove::enter)
          follow_left(lanes_, split, step.level);
        else
          follow_right(lanes_, split, step.level);
      });
    }
  }

 private:
  /// Calls f(i) for the first row of each pack, of which lanes then say who follows.
  template <class F>
  void each_pack(const F& f) {
    for (std::int64_t i = 0; i < rows_; i += pack_lanes) {
      walk_.follows = memory_.follows + i / pack_lanes * (program_.levels + 1);
      f(i);
    }
  }

  void reach(std::int32_t leaf) {
    const std::int64_t at = tree_->first_way + leaf;
    way_ = program_.ways + program_.first_of_way[at];
    count_ = static_cast<std::int32_t>(program_.first_of_way[at + 1] - program_.first_of_way[at]);
    if (count_ == 0 && task_.forest.terms == nullptr) return;  // of no split
    leaf_ = at - background_.patterns.first_leaf;
    values_ = program_.values + tree_->first_value + std::int64_t{leaf} * program_.width;
    ++leaves_;
    set_bits();
    const bool pairs = background_.pair_sums != nullptr;
    places_ = count_ + (pairs ? pair_count(count_) : 0);
    if (task_.forest.terms != nullptr)
      each_row([&] { add_slopes(leaf); });
    else if (count_ <= most_table_bits && places_ << count_ <= most_table_numbers)
      look_up();
    else
      each_row([&] { add_games(background_.patterns, leaf_, memory_.mine, count_, lacks(), RowSums{*this, values_}); });
  }

  void set_bits() {
    each_pack([&](std::int64_t i) {
      for (std::int32_t w = 0; w < (count_ + 63) / 64; ++w) {
        PackBits bits{};
        for (std::int32_t f = 64 * w; f < count_ && f < 64 * (w + 1); ++f)
          bits |= lanes_.follows(way_[f].above) & static_cast<std::int64_t>(std::uint64_t{1} << (f - 64 * w));
        __builtin_memcpy(memory_.bits + w * memory_.tile + i, &bits, sizeof bits);
      }
    });
  }

  std::int32_t lacks() const {
    std::int32_t lacking = count_;
    for (std::int32_t w = 0; w < (count_ + 63) / 64; ++w) lacking -= __builtin_popcountll(memory_.mine[w]);
    return lacking;
  }

  double* sums_of(double* sums, std::int32_t column, std::int64_t places, std::int64_t place) const {
    const std::int64_t output = tree_->output < 0 ? column : tree_->output;
    return sums + (output * places + place) * task_.stride + begin_;
  }
  double* sums_of(std::int32_t column, std::uint32_t feature) const {
    return sums_of(task_.sums, column, task_.forest.features, feature);
  }
  double* sums_of(std::int32_t column, std::uint32_t feature, std::uint32_t other) const {
    const std::int64_t features = task_.forest.features;
    return sums_of(background_.pair_sums, column, pair_count(features), pair_number(feature, other, features));
  }

  /// Adds what a table has for all rows, whose patterns are worked out where they are not there.
  void look_up() {
    const std::int64_t places = places_;
    double* const table = memory_.table;
    for (std::int64_t i = 0; i < rows_; i += pack_lanes) {
      std::int64_t with_games = 0;
      const std::uint64_t* const bits = memory_.bits + i;
      for (int lane = 0; lane < pack_lanes; ++lane) {
        std::int64_t& known = memory_.known[bits[lane]];
        if (known >> 1 != leaves_) known = 2 * leaves_ + (work_out(bits[lane]) ? 1 : 0);
        with_games += known & 1;
      }
      if (with_games == 0) continue;
      if (4 * with_games <= pack_lanes) {
        for (int lane = 0; lane < pack_lanes; ++lane)
          if ((memory_.known[bits[lane]] & 1) != 0)
            add_entry(table + static_cast<std::int64_t>(bits[lane]) * places, i + lane);
        continue;
      }
      const auto add = [&](double* sum, std::int64_t place, double value) {
        Pack found{};
        for (int lane = 0; lane < pack_lanes; ++lane)
          found[lane] = table[static_cast<std::int64_t>(bits[lane]) * places + place];
        store(sum + i, load(sum + i) + all(value) * found);
      };
      for (std::int32_t k = 0; k < program_.width; ++k) {
        const double value = values_[k];
        for (std::int32_t f = 0; f < count_; ++f) add(sums_of(k, way_[f].feature), f, value);
        if (background_.pair_sums == nullptr) continue;
        std::int64_t place = count_;
        for (std::int32_t f = 0; f < count_; ++f)
          for (std::int32_t g = f + 1; g < count_; ++g, ++place)
            add(sums_of(k, way_[f].feature, way_[g].feature), place, value);
      }
    }
  }

  /// Adds an entry of the table to the sums of one row.
  void add_entry(const double* entry, std::int64_t row) const {
    for (std::int32_t k = 0; k < program_.width; ++k) {
      for (std::int32_t f = 0; f < count_; ++f) sums_of(k, way_[f].feature)[row] += values_[k] * entry[f];
      if (background_.pair_sums == nullptr) continue;
      const double* of_pair = entry + count_;
      for (std::int32_t f = 0; f < count_; ++f)
        for (std::int32_t g = f + 1; g < count_; ++g, ++of_pair)
          sums_of(k, way_[f].feature, way_[g].feature)[row] += values_[k] * *of_pair;
    }
  }

  bool work_out(std::uint64_t pattern) {
    double* const values = memory_.table + static_cast<std::int64_t>(pattern) * places_;
    __builtin_memset(values, 0, static_cast<std::size_t>(places_) * sizeof(double));
    memory_.mine[0] = pattern;
    return add_games(background_.patterns, leaf_, memory_.mine, count_, lacks(),
                     TableSums{values, count_, background_.pair_sums != nullptr});
  }

  /// Calls f() for one row after the other, of which `mine` is the pattern.
  template <class F>
  void each_row(const F& f) {
    for (row_ = 0; row_ < rows_; ++row_) {
      for (std::int32_t w = 0; w < background_.patterns.words; ++w)
        memory_.mine[w] = w < (count_ + 63) / 64 ? memory_.bits[w * memory_.tile + row_] : 0;
      f();
    }
  }

  /// The sums of a row, times the values of a leaf.
  struct RowSums {
    const TileWalk& walk;
    const double* values;
    mutable std::uint32_t extra = 0;

    void set_extra(std::int32_t term) const { extra = walk.term(term).feature; }
    bool has_pairs() const { return walk.background_.pair_sums != nullptr; }
    std::uint32_t feature(std::int32_t i) const { return i < walk.count_ ? walk.way_[i].feature : extra; }
    void add(std::int32_t i, double x) const {
      for (std::int32_t k = 0; k < walk.program_.width; ++k) walk.sums_of(k, feature(i))[walk.row_] += values[k] * x;
    }
    void add(std::int32_t i, std::int32_t j, double x) const {
      for (std::int32_t k = 0; k < walk.program_.width; ++k)
        walk.sums_of(k, feature(i), feature(j))[walk.row_] += values[k] * x;
    }
  };

  const ForestTerm& term(std::int32_t t) const { return task_.forest.terms[first_term_ + t]; }

  void add_slopes(std::int32_t leaf) {
    const std::int32_t* const first = task_.forest.first_term + task_.forest.first_leaf[number_] + leaf;
    first_term_ = first[0];
    static constexpr double one = 1;
    add_linear_games(
        background_.patterns, leaf_, memory_.mine, count_, lacks(), values_[0], first[1] - first[0],
        [&](std::int32_t t) {
          std::int32_t i = 0;
          while (i < count_ && way_[i].feature != term(t).feature) ++i;
          return i;
        },
        [&](std::int32_t t) { return added_by(term(t), memory_.values[term(t).feature * memory_.tile + row_]); },
        RowSums{*this, &one});
  }

  const ExplainTask& task_;
  const ExplainView& program_;
  const BackgroundTask& background_;
  const BackgroundMemory& memory_;
  const std::int64_t begin_, rows_;
  WalkMemory walk_;
  RowLanes lanes_;
  std::int64_t leaves_ = 0;  // that the tile has come to
  // Where it is.
  const ExplainTree* tree_ = nullptr;
  std::int32_t number_ = 0, count_ = 0, first_term_ = 0;
  std::int64_t leaf_ = 0, places_ = 0, row_ = 0;
  const ExplainTerm* way_ = nullptr;
  const double* values_ = nullptr;
};

}  // namespace

std::int64_t background_scratch(Context& context, const ExplainTask& task) {
  return context.workers.threads() * BackgroundMemory(task, tile_rows(context, task)).bytes;
}

void against_background(Context& context, const ExplainTask& task, const BackgroundTask& background) {
  auto* const scratch = static_cast<std::byte*>(task.scratch);
  const std::int64_t tile = tile_rows(context, task), bytes = BackgroundMemory(task, tile).bytes;
  context.workers.chunks(task.row_count, tile, [&](std::int64_t begin, std::int64_t end, std::int64_t, int worker) {
    const BackgroundMemory memory(task, tile, scratch + worker * bytes);
    gather_rows(task, begin, end, memory.values, memory.tile);
    __builtin_memset(memory.known, 0, sizeof(std::int64_t) << most_table_bits);
    TileWalk walk(task, background, memory, begin, end);
    for (std::int32_t t = background.first_tree; t < background.end_tree; ++t) walk.run(t);
  });
}

LINDEN_LEVEL_END
}  // namespace linden
