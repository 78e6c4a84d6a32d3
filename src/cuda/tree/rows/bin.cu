// Raw values to bins: a block bins rows of one feature, whose cuts it keeps in shared memory, then bins feature by
// feature are turned into bins row by row, a tile of 32 features at a time.
#include "backend/raw_value.hpp"
#include "backend/tree/bin_value.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tree/steps.hpp"
#include "cuda/tree/uploaded.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned threads = 256;
constexpr std::int64_t block_rows = 2048;  // of one feature, binned by one block

struct BinFeature {
  FeatureCuts cuts;       // its pointers are the device's
  std::uint8_t zero_bin;  // sparse rows: of a value that is not there
};

// Blocks are numbered feature by feature.
struct BlockGrid {
  std::int64_t rows, each;  // rows of the task, and of a block

  LINDEN_HD unsigned per_feature() const { return unsigned((rows + each - 1) / each); }
  LINDEN_HD std::int64_t end(std::int64_t begin) const { return begin + each < rows ? begin + each : rows; }
  __device__ std::int64_t begin() const { return std::int64_t{blockIdx.x % per_feature()} * each; }
  __device__ int feature() const { return int(blockIdx.x / per_feature()); }
};

__global__ void bin_columns(const BinFeature* features, RowsView rows, BinsView bins, std::int64_t first_row,
                            BlockGrid grid) {
  LINDEN_SHARED(cuts, double[search_width]);
  const int f = grid.feature();
  BinFeature feature = features[f];
  const ColumnView column = rows.columns[f];
  const bool categorical = feature.cuts.bin_of_code != nullptr;
  if (!categorical && int(threadIdx.x) < search_width) cuts[threadIdx.x] = feature.cuts.cuts[threadIdx.x];
  __syncthreads();
  feature.cuts.cuts = cuts;
  std::uint8_t* const out = bins.by_feature + f * bins.rows + first_row;
  const std::int64_t begin = grid.begin(), end = grid.end(begin);
  for (std::int64_t row = begin + threadIdx.x; row < end; row += threads) {
    const double value = raw_value(column, row);
    out[row] = categorical ? bin_of_code(feature.cuts, value) : bin_of(feature.cuts, value);
  }
}

__global__ void fill_zero_bins(const BinFeature* features, BinsView bins, std::int64_t first_row, BlockGrid grid) {
  const int f = grid.feature();
  const std::uint8_t zero_bin = features[f].zero_bin;
  std::uint8_t* const out = bins.by_feature + f * bins.rows + first_row;
  const std::int64_t begin = grid.begin(), end = grid.end(begin);
  for (std::int64_t row = begin + threadIdx.x; row < end; row += threads) out[row] = zero_bin;
}

// A warp for each row.
__global__ void bin_entries(const BinFeature* features, RowsView rows, BinsView bins, std::int64_t first_row) {
  const std::int64_t warps = std::int64_t{gridDim.x} * warps_in_block();
  for (std::int64_t row = std::int64_t{blockIdx.x} * warps_in_block() + warp_index(); row < rows.rows; row += warps) {
    const std::int64_t end = rows.entries.offsets[row + 1];
    for (std::int64_t entry = rows.entries.offsets[row] + lane_index(); entry < end; entry += 32) {
      const std::int32_t f = entry_feature(rows, entry);
      if (f >= 0)
        bins.by_feature[f * bins.rows + first_row + row] = bin_of(features[f].cuts, entry_value(rows.entries, entry));
    }
  }
}

constexpr int tile_features = 32, tile_rows = 128;
constexpr int tile_pitch = tile_rows + 4;  // rows side by side in one word, features four banks apart

// by_row from by_feature. What lies beyond the last feature becomes 0.
__global__ void transpose(BinsView bins, std::int64_t first_row, BlockGrid grid) {
  LINDEN_SHARED(tile, unsigned char[tile_features * tile_pitch]);
  const int first = grid.feature() * tile_features;
  const int width = int(bins.row_stride - first < tile_features ? bins.row_stride - first : tile_features);
  const std::int64_t begin = grid.begin();
  const int count = int(grid.end(begin) - begin);
  for (int f = int(warp_index()); f < width; f += int(warps_in_block())) {
    const std::uint8_t* const from = bins.by_feature + (first + f) * bins.rows + first_row + begin;
    for (int row = int(lane_index()); row < count; row += 32)
      tile[f * tile_pitch + row] = first + f < bins.features ? from[row] : std::uint8_t{0};
  }
  __syncthreads();
  const int words = width / 4;
  std::uint8_t* const out = bins.by_row + (first_row + begin) * bins.row_stride + first;
  for (int i = int(threadIdx.x); i < count * words; i += int(blockDim.x)) {
    const int row = i / words, f = i % words * 4;
    unsigned word = 0;
    for (int j = 0; j < 4; ++j) word |= unsigned{tile[(f + j) * tile_pitch + row]} << (8 * j);
    *reinterpret_cast<unsigned*>(out + row * bins.row_stride + f) = word;
  }
}

// The lists of the host, as the kernels read them.
class Features {
 public:
  Features(Context& context, const BinTask& task)
      : cuts_(context, all_cuts(task), "cuts"),
        bins_of_codes_(context, all_bins_of_codes(task), "bins of categories"),
        features_(context, list(task), "features to be binned") {}

  const BinFeature* data() const { return features_.data(); }

 private:
  static std::vector<double> all_cuts(const BinTask& task) {
    std::vector<double> all;
    for (std::int32_t f = 0; f < task.bins.features; ++f)
      if (const FeatureCuts& cuts = task.features[f]; cuts.bin_of_code == nullptr)
        all.insert(all.end(), cuts.cuts, cuts.cuts + search_width);
    return all;
  }
  static std::vector<std::uint8_t> all_bins_of_codes(const BinTask& task) {
    std::vector<std::uint8_t> all;
    for (std::int32_t f = 0; f < task.bins.features; ++f)
      if (const FeatureCuts& cuts = task.features[f]; cuts.bin_of_code != nullptr)
        all.insert(all.end(), cuts.bin_of_code, cuts.bin_of_code + cuts.codes);
    return all;
  }
  std::vector<BinFeature> list(const BinTask& task) const {
    std::vector<BinFeature> all;
    const double* cuts = cuts_.data();
    const std::uint8_t* bin_of_code = bins_of_codes_.data();
    for (std::int32_t f = 0; f < task.bins.features; ++f) {
      BinFeature feature{task.features[f], 0};
      if (feature.cuts.bin_of_code != nullptr) {
        feature.cuts.bin_of_code = bin_of_code;
        bin_of_code += feature.cuts.codes;
      } else {
        feature.zero_bin = bin_of(feature.cuts, 0);
        feature.cuts.cuts = cuts;
        cuts += search_width;
      }
      all.push_back(feature);
    }
    return all;
  }

  Uploaded<double> cuts_;
  Uploaded<std::uint8_t> bins_of_codes_;
  Uploaded<BinFeature> features_;
};

}  // namespace

void bin(Context& context, const BinTask& task) {
  const BinsView& bins = task.bins;
  const std::int64_t rows = task.rows.rows;
  if (rows == 0) return;
  const StreamHandle stream = stream_of(context);
  if (bins.features > 0) {
    const Features features(context, task);
    const BlockGrid grid{rows, block_rows};
    const LaunchShape shape{
        .grid = grid.per_feature() * unsigned(bins.features), .block = threads, .shared = 0, .stream = stream};
    if (!task.rows.sparse) {
      launch<bin_columns>(shape, features.data(), task.rows, bins, task.first_row, grid);
    } else {
      launch<fill_zero_bins>(shape, features.data(), bins, task.first_row, grid);
      launch<bin_entries>({.grid = blocks_for(context, rows, threads / 32), .block = threads, .stream = stream},
                          features.data(), task.rows, bins, task.first_row);
    }
  }
  if (bins.by_row == nullptr) return;
  const BlockGrid tiles{rows, tile_rows};
  const unsigned tiles_across = unsigned((bins.row_stride + tile_features - 1) / tile_features);
  launch<transpose>({.grid = tiles.per_feature() * tiles_across, .block = threads, .stream = stream}, bins,
                    task.first_row, tiles);
}

}  // namespace linden::cuda
