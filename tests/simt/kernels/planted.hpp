// Kernels with one bug each; planted.cu says which.
#pragma once

namespace linden::simt_test {

enum class Planted {
  missing_barrier,
  missing_second_barrier,
  missing_warp_barrier,
  divergent_barrier,
  early_return,
  global_past_end,
  shared_past_end,
  dynamic_far_past_end,
  unwritten_shared,
  bad_mask,
  mask_without_caller,
  masks_differ,
  reads_lane_outside,
  plain_add,
  plain_add_shared,
  missing_fence,
  waits_for_ever,
  writes_program_variable,
  through_pointer,
  shifts_too_far,
  float_too_large,
  misaligned,
  barrier_in_half_a_warp,
  mask_beyond_block,
  mask_of_returned,
  circle,
  local_of_another,
  misaligned_atomic,
  too_much_static_shared,
};

/// words has 64 unsigned, values 32 float; some bugs need other pointers.
void run_planted(Planted bug, unsigned* words, float* values);

}  // namespace linden::simt_test
