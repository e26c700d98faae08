package io.larder.job;

/** As many jobs run on this node as may. */
public final class JobsBusy extends RuntimeException {
  private static final long serialVersionUID = 1L;

  JobsBusy(int most) {
    super("at most " + most + " jobs run on a node at once; try again when one is over");
  }
}
