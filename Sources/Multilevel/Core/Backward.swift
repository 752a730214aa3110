internal import LinearAlgebra

/// What the backward sweep sums over the levels of each factor.
struct LevelSums: Sendable {
  /// Σ *K_vv* with *K* = *ZᵀV⁻¹Z*, for sparse factors; `nil` for dense ones.
  var inner: [[Double]?]
  /// Σ *K_vv* λ.
  var innerTimesLambda: [[Double]]
}

/// The backward sweep: modes, scores *ZᵀV⁻¹G*, and the blocks of *ZᵀV⁻¹Z* and of the posterior covariance
/// on the pattern of the elimination (Takahashi's selected inverse, on the scale of *V*).
extension Problem {
  /// To be called after ``eliminate(_:_:)`` on the same workspace, once: it overwrites the factors.
  func sweepBack(_ lambda: [[Double]], _ work: inout Workspace) -> LevelSums {
    var sums = LevelSums(
      inner: plan.factors.map { _ in nil },
      innerTimesLambda: plan.factors.map { [Double](repeating: 0, count: $0.width * $0.width) })
    for component in plan.components { sweepDense(component, lambda, &work, &sums) }
    for index in (0..<plan.sparseCount).reversed() {
      let inner = sweepSparse(index, &work)
      sums.innerTimesLambda[index] = timesTriangle(inner, lambda[index], plan.factors[index].width)
      sums.inner[index] = inner
    }
    return sums
  }

  /// *A* λ for `width` × `width` blocks.
  func timesTriangle(_ a: [Double], _ lambda: [Double], _ width: Int) -> [Double] {
    var result = [Double](repeating: 0, count: width * width)
    for i in 0..<width {
      for j in 0..<width {
        for k in j..<width { result[i * width + j] += a[i * width + k] * lambda[k * width + j] }
      }
    }
    return result
  }

  /// - Returns: Σ *K_vv* over the factor's levels.
  private func sweepSparse(_ index: Int, _ work: inout Workspace) -> [Double] {
    let factor = plan.factors[index]
    let (width, c) = (factor.width, order)
    let square = width * width
    let sparseNodes = plan.edgeStart.count - 1
    let (edgeStart, edgeTarget, edgeValue) = (
      plan.edgeStart.span, plan.edgeTarget.span, plan.edgeValue.span
    )
    let (diagonalStart, panelRow, factorOfNode) = (
      plan.diagonalStart.span, plan.panelRow.span, plan.factorOfNode.span
    )
    let rowInComponent = plan.rowInComponent.span
    let (pairStart, pairEdge) = (plan.pairStart.span, plan.pairEdge.span)
    let (pairEntryStart, pairEntry) = (plan.pairEntryStart.span, plan.pairEntry.span)
    var diagonalStore = work.diagonal.moved()
    defer { work.diagonal = diagonalStore }
    let diagonal = diagonalStore.mutableSpan
    var panelStore = work.panel.moved()
    defer { work.panel = panelStore }
    let panel = panelStore.mutableSpan
    var edgesStore = work.edges.moved()
    defer { work.edges = edgesStore }
    let edges = edgesStore.mutableSpan
    var shrinkageStore = work.shrinkage.moved()
    defer { work.shrinkage = shrinkageStore }
    let shrinkage = shrinkageStore.mutableSpan
    var posteriorStore = work.factor.moved()
    defer { work.factor = posteriorStore }
    let posterior = posteriorStore.mutableSpan
    var modesStore = work.modes.moved()
    defer { work.modes = modesStore }
    var modes = modesStore.mutableSpan
    var scoreStore = work.score.moved()
    defer { work.score = scoreStore }
    var score = scoreStore.mutableSpan
    var covarianceStore = work.covariance.moved()
    defer { work.covariance = covarianceStore }
    var covariance = covarianceStore.mutableSpan
    var edgeCovarianceStore = work.edgeCovariance.moved()
    defer { work.edgeCovariance = edgeCovarianceStore }
    var edgeCovariance = edgeCovarianceStore.mutableSpan
    var smallStore = work.small.moved()
    defer { work.small = smallStore }
    var small = smallStore.mutableSpan
    var total = [Double](repeating: 0, count: square)
    // small: F, P = I − A N, then two scratch blocks.
    let (f, p, x, y) = (0, square, 2 * square, 3 * square)
    let needsEdges = index > 0 || wantsEdgeCovariances
    for node in factor.nodes {
      let start = Int(diagonalStart[node])
      let rows = Int(panelRow[node]) * c
      let range = Int(edgeStart[node])..<Int(edgeStart[node + 1])
      for k in 0..<square { small[f + k] = 0 }
      for k in 0..<width * c { score[rows + k] = panel[rows + k] }
      var pair = Int(pairStart[node])
      let matrix = denseMatrix(of: range)
      var placed = matrix.hasPattern ? Int(pairEntryStart[node]) : 0
      let allEntries = matrix.hasPattern ? plan.components[matrix.index].entries : []
      let entries = allEntries.span
      for edge in range {
        let target = Int(edgeTarget[edge])
        let targetWidth = plan.factors[Int(factorOfNode[target])].width
        let block = Int(edgeValue[edge])
        let targetRows = Int(panelRow[target]) * c
        for a in 0..<width {
          for b in 0..<targetWidth {
            let value = edges[block + a * targetWidth + b]
            for k in 0..<c { score[rows + a * c + k] -= value * modes[targetRows + b * c + k] }
          }
        }
        if needsEdges {
          for k in 0..<width * targetWidth { edgeCovariance[block + k] = 0 }
        }
        // F += E C E'ᵀ over pairs of edges; and Σ E' C along each edge, still to be multiplied by −N.
        for other in edge..<range.upperBound {
          let otherTarget = Int(edgeTarget[other])
          let otherWidth = plan.factors[Int(factorOfNode[otherTarget])].width
          let otherBlock = Int(edgeValue[other])
          // C_(target, otherTarget): target by rows.
          let (origin, rowStep): (Int, Int)
          var source = 0
          if target >= sparseNodes {
            if matrix.hasPattern {
              origin = matrix.start + Int(entries[Int(pairEntry[placed])].place)
              placed += 1
            } else {
              origin =
                matrix.start + Int(rowInComponent[target]) * matrix.size
                + Int(rowInComponent[otherTarget])
            }
            rowStep = matrix.size
          } else if other == edge {
            (origin, rowStep) = (Int(diagonalStart[target]), targetWidth)
            source = 1
          } else {
            (origin, rowStep) = (Int(edgeValue[Int(pairEdge[pair])]), otherWidth)
            source = 2
            pair += 1
          }
          for a in 0..<targetWidth {
            for b in 0..<otherWidth {
              // A dense diagonal block is stored by its lower half.
              let place =
                source == 0 && other == edge && b < a
                ? origin + b * rowStep + a : origin + a * rowStep + b
              let value =
                source == 0
                ? posterior[place] : source == 1 ? covariance[place] : edgeCovariance[place]
              for i in 0..<width {
                let left = edges[block + i * targetWidth + a] * value
                for j in 0..<width {
                  let product = left * edges[otherBlock + j * otherWidth + b]
                  small[f + i * width + j] += product
                  if other != edge { small[f + j * width + i] += product }
                }
              }
            }
          }
        }
      }
      if needsEdges {
        sumAlongEdges(node, range, posterior.span, edges.span, covariance.span, &edgeCovariance)
      }
      // Modes N (g − Σ E v), scores (I − A N)(g − Σ E v).
      for a in 0..<width {
        for k in 0..<c {
          var sum = 0.0
          for b in 0..<width { sum += shrinkage[start + a * width + b] * score[rows + b * c + k] }
          modes[rows + a * c + k] = sum
        }
      }
      for a in 0..<width {
        for b in 0..<width {
          let value = diagonal[start + a * width + b]
          for k in 0..<c { score[rows + a * c + k] -= value * modes[rows + b * c + k] }
        }
      }
      // P = I − A N; K = P A − P F Pᵀ; C = N + N F N.
      for a in 0..<width {
        for b in 0..<width {
          var sum = a == b ? 1.0 : 0.0
          for m in 0..<width {
            sum -= diagonal[start + a * width + m] * shrinkage[start + m * width + b]
          }
          small[p + a * width + b] = sum
        }
      }
      for a in 0..<width {
        for b in 0..<width {
          var (pf, nf) = (0.0, 0.0)
          for m in 0..<width {
            pf += small[p + a * width + m] * small[f + m * width + b]
            nf += shrinkage[start + a * width + m] * small[f + m * width + b]
          }
          small[x + a * width + b] = pf
          small[y + a * width + b] = nf
        }
      }
      for a in 0..<width {
        for b in 0..<width {
          var (inner, outer) = (0.0, shrinkage[start + a * width + b])
          for m in 0..<width {
            inner +=
              small[p + a * width + m] * diagonal[start + m * width + b]
              - small[x + a * width + m] * small[p + b * width + m]
            outer += small[y + a * width + m] * shrinkage[start + m * width + b]
          }
          total[a * width + b] += inner
          covariance[start + a * width + b] = outer
        }
      }
      if needsEdges { finishEdges(node, range, width, shrinkage.span, &edgeCovariance, &small) }
    }
    return total
  }

  /// Σ_w′ *E_w′ C_w′w* for every edge (v, w) of a node.
  private func sumAlongEdges(
    _ node: Int, _ range: Range<Int>, _ posterior: Span<Double>, _ edges: Span<Double>,
    _ covariance: Span<Double>, _ edgeCovariance: inout MutableSpan<Double>
  ) {
    let sparseNodes = plan.edgeStart.count - 1
    let width = plan.factors[Int(plan.factorOfNode[node])].width
    var pair = Int(plan.pairStart[node])
    let matrix = denseMatrix(of: range)
    var placed = matrix.hasPattern ? Int(plan.pairEntryStart[node]) : 0
    let allEntries = matrix.hasPattern ? plan.components[matrix.index].entries : []
    let entries = allEntries.span
    for edge in range {
      let target = Int(plan.edgeTarget[edge])
      let targetWidth = plan.factors[Int(plan.factorOfNode[target])].width
      let block = Int(plan.edgeValue[edge])
      for other in edge..<range.upperBound {
        let otherTarget = Int(plan.edgeTarget[other])
        let otherWidth = plan.factors[Int(plan.factorOfNode[otherTarget])].width
        let otherBlock = Int(plan.edgeValue[other])
        var origin = 0
        var rowStep = 0
        var source = 0
        if target >= sparseNodes {
          if matrix.hasPattern {
            origin = matrix.start + Int(entries[Int(plan.pairEntry[placed])].place)
            placed += 1
          } else {
            origin =
              matrix.start + Int(plan.rowInComponent[target]) * matrix.size
              + Int(plan.rowInComponent[otherTarget])
          }
          rowStep = matrix.size
        } else if other == edge {
          (origin, rowStep) = (Int(plan.diagonalStart[target]), targetWidth)
          source = 1
        } else {
          (origin, rowStep) = (Int(plan.edgeValue[Int(plan.pairEdge[pair])]), otherWidth)
          source = 2
          pair += 1
        }
        for a in 0..<targetWidth {
          for b in 0..<otherWidth {
            let place =
              source == 0 && other == edge && b < a
              ? origin + b * rowStep + a : origin + a * rowStep + b
            let value =
              source == 0
              ? posterior[place] : source == 1 ? covariance[place] : edgeCovariance[place]
            for i in 0..<width {
              edgeCovariance[otherBlock + i * otherWidth + b] +=
                edges[block + i * targetWidth + a] * value
              if other != edge {
                edgeCovariance[block + i * targetWidth + a] +=
                  edges[otherBlock + i * otherWidth + b] * value
              }
            }
          }
        }
      }
    }
  }

  /// Multiplies the sums of a node's edges by −*N*.
  private func finishEdges(
    _ node: Int, _ range: Range<Int>, _ width: Int, _ shrinkage: Span<Double>,
    _ edgeCovariance: inout MutableSpan<Double>, _ small: inout MutableSpan<Double>
  ) {
    let start = Int(plan.diagonalStart[node])
    for edge in range {
      let otherWidth = plan.factors[Int(plan.factorOfNode[Int(plan.edgeTarget[edge])])].width
      let block = Int(plan.edgeValue[edge])
      for b in 0..<otherWidth {
        for a in 0..<width {
          var sum = 0.0
          for m in 0..<width {
            sum -= shrinkage[start + a * width + m] * edgeCovariance[block + m * otherWidth + b]
          }
          small[a] = sum
        }
        for a in 0..<width { edgeCovariance[block + a * otherWidth + b] = small[a] }
      }
    }
  }
}
