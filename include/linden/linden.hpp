// Everything, in reading order.
#pragma once

#include <linden/version.hpp>
#include <linden/error.hpp>
#include <linden/log.hpp>
#include <linden/device.hpp>
#include <linden/threads.hpp>
#include <linden/dtype.hpp>
#include <linden/tensor.hpp>
#include <linden/tensor_file.hpp>
#include <linden/ops.hpp>
#include <linden/linalg.hpp>
#include <linden/random.hpp>
#include <linden/autograd.hpp>
#include <linden/fuse.hpp>
#include <linden/optim.hpp>
#include <linden/data.hpp>
#include <linden/loss.hpp>
#include <linden/metric.hpp>
#include <linden/callback.hpp>
#include <linden/row_predictor.hpp>
#include <linden/options.hpp>
#include <linden/boosting.hpp>
#include <linden/linear.hpp>
#include <linden/model.hpp>
#include <linden/cross_validation.hpp>
#include <linden/search.hpp>
