// The GPU's entries of the table of tree kernels, one source each. See backend/tree_kernels.hpp for what they do.
#pragma once

#include "backend/tree_kernels.hpp"

namespace linden::cuda {

void sample(Context&, const SampleTask&);
std::int64_t magnitudes(Context&, const MagnitudeTask&);
void count_digits(Context&, const DigitTask&);
void mark_drawn(Context&, const MarkTask&);
void weigh_rows(Context&, const RowWeightTask&);
void scale_rows(Context&, const ScaleTask&);
std::int64_t collect_rows(Context&, const CollectTask&);
void bin(Context&, const BinTask&);
void gradients(Context&, const GradientTask&);
void group_gradients(Context&, const GroupGradientTask&);
void sketch(Context&, const SketchTask&);
void survival_gradients(Context&, const SurvivalGradientTask&);
RootSums quantise(Context&, TreeMemory&);
void begin(Context&, TreeMemory&);
void histogram(Context&, TreeMemory&);
void histogram_planes(Context&, const PlaneTask&);
void count_bins(Context&, TreeMemory&);
MessageShape pack(Context&, TreeMemory&);
void unpack(Context&, TreeMemory&, const MessageShape&);
void tell_splits(Context&, TreeMemory&, const TreeMemory& counted, const MessageShape&);
void take_splits(Context&, TreeMemory&, const MessageShape&);
void subtract(Context&, TreeMemory&);
void admit(Context&, TreeMemory&);
void split(Context&, TreeMemory&);
void split_planes(Context&, const PlaneTask&);
bool select(Context&, TreeMemory&);
void partition(Context&, TreeMemory&);
void partition_planes(Context&, const PlaneTask&);
void expand(Context&, TreeMemory&);
void leaf_sums(Context&, TreeMemory&);
void further_leaf_sums(Context&, TreeMemory&);
void set_leaves(Context&, TreeMemory&);
void renew(Context&, TreeMemory&);
void leaf_moments(Context&, const TreeMemory&, const LeafMomentsTask&);
void order_leaves(Context&, TreeMemory&);
void update(Context&, TreeMemory&, double* scores);
void add_trees(Context&, const AddTreesTask&);
void predict(Context&, const PredictTask&);

}  // namespace linden::cuda
