using System.Globalization;

namespace FastShardMap.ConcurrencyTests.Scheduling;

/// <summary>
/// Answers the scheduler's questions: which thread goes on, and, under weak memory, which value a read sees.
/// </summary>
internal abstract class Strategy
{
    private readonly List<byte> _answers = [];

    /// <summary>The answers of the present execution: enough to repeat it.</summary>
    public string Replay => string.Join(string.Empty, _answers.Select(static answer => answer < 10
        ? answer.ToString(CultureInfo.InvariantCulture) : $"({answer.ToString(CultureInfo.InvariantCulture)})"));

    /// <summary>Starts the next execution.</summary>
    /// <returns>False if there is none.</returns>
    public virtual bool Begin()
    {
        _answers.Clear();
        return true;
    }

    /// <summary>Chooses one of the threads that can go on.</summary>
    /// <param name="runnable">Their numbers; the current thread first if it can go on.</param>
    /// <param name="preempts">Whether choosing another than the first interrupts a thread that could go on.</param>
    /// <returns>An index into <paramref name="runnable"/>.</returns>
    public int Thread(ReadOnlySpan<int> runnable, bool preempts) =>
        runnable.Length == 1 ? 0 : Record(ChooseThread(runnable, preempts));

    /// <summary>Chooses what a read sees: 0 = the latest value.</summary>
    public int Value(int count) => count == 1 ? 0 : Record(ChooseValue(count));

    protected abstract int ChooseThread(ReadOnlySpan<int> runnable, bool preempts);

    protected abstract int ChooseValue(int count);

    private int Record(int answer)
    {
        _answers.Add((byte)answer);
        return answer;
    }
}

/// <summary>Every execution with at most so many preemptions and so many stale reads, one after the other.</summary>
internal sealed class ExhaustiveStrategy(int preemptions, int staleReads) : Strategy
{
    private readonly List<(int Answer, int Count)> _path = [];
    private int _depth;
    private int _preemptionsLeft;
    private int _staleReadsLeft;
    private bool _started;

    public override bool Begin()
    {
        base.Begin();
        _depth = 0;
        _preemptionsLeft = preemptions;
        _staleReadsLeft = staleReads;
        if (!_started)
        {
            _started = true;
            return true;
        }

        while (_path.Count > 0)
        {
            (int answer, int count) = _path[^1];
            if (answer + 1 < count)
            {
                _path[^1] = (answer + 1, count);
                return true;
            }

            _path.RemoveAt(_path.Count - 1);
        }

        return false;
    }

    protected override int ChooseThread(ReadOnlySpan<int> runnable, bool preempts)
    {
        int answer = Next(preempts && _preemptionsLeft == 0 ? 1 : runnable.Length);
        _preemptionsLeft -= preempts && answer != 0 ? 1 : 0;
        return answer;
    }

    protected override int ChooseValue(int count)
    {
        int answer = Next(_staleReadsLeft == 0 ? 1 : count);
        _staleReadsLeft -= answer != 0 ? 1 : 0;
        return answer;
    }

    private int Next(int count)
    {
        if (count == 1)
        {
            return 0;
        }

        if (_depth < _path.Count && _path[_depth].Count != count)
        {
            // A thread that is not scheduled, such as one that clears a block, was faster or slower this time: the rest
            // of the path is that of another execution, and its answers may name threads that cannot go on now.
            _path.RemoveRange(_depth, _path.Count - _depth);
        }

        if (_depth == _path.Count)
        {
            _path.Add((0, count));
        }

        return _path[_depth++].Answer;
    }
}

/// <summary>Random executions: at every step a small chance of a switch, and of a stale value.</summary>
internal sealed class RandomStrategy(ulong seed, int executions) : Strategy
{
    private ulong _random;
    private int _execution;
    private uint _switchChance;

    public override bool Begin()
    {
        base.Begin();
        if (_execution == executions)
        {
            return false;
        }

        _random = (seed * 0x9E3779B97F4A7C15UL) + ((ulong)_execution++ * 0xD1B54A32D192ED03UL) + 1;
        _switchChance = 2u << (int)(NextRandom() % 6); // of 256: from one switch in 128 steps to one in four
        return true;
    }

    protected override int ChooseThread(ReadOnlySpan<int> runnable, bool preempts) =>
        preempts && NextRandom() % 256 >= _switchChance ? 0 : (int)(NextRandom() % (uint)runnable.Length);

    protected override int ChooseValue(int count) => NextRandom() % 4 != 0 ? 0 : (int)(NextRandom() % (uint)count);

    private uint NextRandom()
    {
        _random += 0x9E3779B97F4A7C15UL;
        ulong z = _random;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return (uint)((z ^ (z >> 31)) >> 32);
    }
}

/// <summary>Probabilistic concurrency testing (Burckhardt and others, ASPLOS 2010): random priorities, and a few points
/// at which the running thread falls to the lowest.</summary>
internal sealed class PriorityStrategy(ulong seed, int executions, int depth) : Strategy
{
    private const int ExpectedSteps = 200;
    private readonly int[] _priorities = new int[16];
    private readonly int[] _changes = new int[depth];
    private Random _random = new(0);
    private int _execution;
    private int _step;
    private int _lowest;

    public override bool Begin()
    {
        base.Begin();
        if (_execution == executions)
        {
            return false;
        }

        _random = new Random((int)((seed * 0x9E3779B1) ^ ((ulong)_execution++ * 0x85EBCA77)));
        _step = 0;
        _lowest = 0;
        for (int i = 0; i < _priorities.Length; i++)
        {
            _priorities[i] = _random.Next(1, int.MaxValue);
        }

        for (int i = 0; i < _changes.Length; i++)
        {
            _changes[i] = _random.Next(ExpectedSteps);
        }

        return true;
    }

    protected override int ChooseThread(ReadOnlySpan<int> runnable, bool preempts)
    {
        if (_changes.AsSpan().Contains(_step++))
        {
            _priorities[runnable[0]] = --_lowest;
        }

        int best = 0;
        for (int i = 1; i < runnable.Length; i++)
        {
            if (_priorities[runnable[i]] > _priorities[runnable[best]])
            {
                best = i;
            }
        }

        return best;
    }

    protected override int ChooseValue(int count) => _random.Next(4) != 0 ? 0 : _random.Next(count);
}

/// <summary>One execution again, from the answers that a failure has printed.</summary>
internal sealed class ReplayStrategy(string answers) : Strategy
{
    private int _position;
    private bool _done;

    public override bool Begin()
    {
        base.Begin();
        bool first = !_done;
        _done = true;
        return first;
    }

    protected override int ChooseThread(ReadOnlySpan<int> runnable, bool preempts) =>
        Math.Min(Next(), runnable.Length - 1);

    protected override int ChooseValue(int count) => Math.Min(Next(), count - 1);

    private int Next()
    {
        if (_position >= answers.Length)
        {
            return 0;
        }

        if (answers[_position] != '(')
        {
            return answers[_position++] - '0';
        }

        int end = answers.IndexOf(')', _position);
        int answer = int.Parse(answers.AsSpan(_position + 1, end - _position - 1), CultureInfo.InvariantCulture);
        _position = end + 1;
        return answer;
    }
}
