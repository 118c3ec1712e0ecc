using System.Runtime.ExceptionServices;
using FastShardMap.Memory;

namespace FastShardMap.Sharding;

/// <summary>One operation in several parts, which the calling thread and threads of the thread pool perform at the same
/// time.</summary>
/// <remarks>The calling thread performs every part that no other thread has begun, so the operation ends even if the
/// thread pool has no thread to spare. It does not return before every part that was begun has ended, and
/// <see cref="Thread.Interrupt"/> does not change that: parts may use memory that the caller keeps pinned.</remarks>
internal sealed class ParallelParts : IThreadPoolWorkItem
{
    private readonly UninterruptibleMonitor _gate = new();
    private readonly Func<ParallelParts, int, int> _perform;
    private readonly int _count;
    private int _next;
    private int _running;
    private int _sum;
    private ExceptionDispatchInfo? _failure;
    private bool _isStopped;

    private ParallelParts(int count, Func<ParallelParts, int, int> perform)
    {
        _count = count;
        _perform = perform;
    }

    /// <summary>Whether a part has failed, so that the others should end soon.</summary>
    public bool IsStopped => Volatile.Read(ref _isStopped);

    /// <summary>Performs all parts.</summary>
    /// <param name="count">The number of parts, which is also the maximum number of threads.</param>
    /// <param name="perform">Performs the part with the given index, and returns a number.</param>
    /// <returns>The sum of the numbers.</returns>
    /// <remarks>Throws what the first part that failed has thrown, after all parts have ended. Parts that had not begun
    /// by then are not performed.</remarks>
    public static int Run(int count, Func<ParallelParts, int, int> perform)
    {
        ParallelParts parts = new(count, perform);
        parts.AskForHelp();
        parts.PerformAll();
        using (parts._gate.Enter())
        {
            parts._gate.WaitUntil(parts, static parts => parts._running == 0);
        }

        parts._failure?.Throw();
        return parts._sum;
    }

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute() => PerformAll();

    // No exception may leave Run before all parts have ended.
    private void AskForHelp()
    {
        try
        {
            for (int helper = 1; helper < _count; helper++)
            {
                Uninterruptible.Run(
                    this, static parts => ThreadPool.UnsafeQueueUserWorkItem(parts, preferLocal: false));
            }
        }
        catch (OutOfMemoryException)
        {
            // The calling thread performs what no helper does.
        }
    }

    private void PerformAll()
    {
        while (TryBegin(out int part))
        {
            int number = 0;
            ExceptionDispatchInfo? failure = null;
            try
            {
                number = _perform(this, part);
            }
#pragma warning disable CA1031 // every exception reaches the caller of Run
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }

            End(number, failure);
        }
    }

    private bool TryBegin(out int part)
    {
        using (_gate.Enter())
        {
            part = _next;
            if (_next == _count || _isStopped)
            {
                return false;
            }

            _next++;
            _running++;
            return true;
        }
    }

    private void End(int number, ExceptionDispatchInfo? failure)
    {
        using (_gate.Enter())
        {
            _failure ??= failure;
            Volatile.Write(ref _isStopped, _failure is not null);
            _sum += number;
            _running--;
            _gate.PulseAll();
        }
    }
}
