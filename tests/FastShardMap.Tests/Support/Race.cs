using System.Diagnostics;
using System.Text;

namespace FastShardMap.Tests.Support;

/// <summary>
/// Runs bodies on threads of their own, all started at one gate, and waits for them; one that hangs fails the test
/// instead of the run. The first exception of any thread stops the others and is reported with its stack.
/// </summary>
internal sealed class Race
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly List<(string Name, Action Body)> _bodies = [];
    private readonly List<Exception> _exceptions = [];
    private readonly Stopwatch _watch = new();
    private readonly TimeSpan _time;
    private int _stopped;

    /// <param name="time">After this, <see cref="Goes"/> is false.</param>
    public Race(TimeSpan time) => _time = time;

    /// <summary>Whether bodies that loop should go on.</summary>
    public bool Goes => Volatile.Read(ref _stopped) == 0 && _watch.Elapsed < _time;

    /// <summary>Ends the race early.</summary>
    public void Stop() => Volatile.Write(ref _stopped, 1);

    /// <summary>Adds a thread that runs the body once.</summary>
    public Race Once(string name, Action body)
    {
        _bodies.Add((name, body));
        return this;
    }

    /// <summary>Adds a thread that runs the body again and again.</summary>
    public Race Loop(string name, Action body) => Loop(name, _ => body());

    /// <summary>Adds a thread that runs the body again and again, with the number of the round.</summary>
    public Race Loop(string name, Action<int> body) => Once(name, () =>
    {
        for (int round = 0; Goes; round++)
        {
            body(round);
        }
    });

    /// <summary>Runs all threads to their end.</summary>
    public void Run()
    {
        using Barrier gate = new(_bodies.Count);
        Thread[] threads = _bodies
            .Select(body => new Thread(() => Run(body.Body, gate)) { IsBackground = true, Name = body.Name })
            .ToArray();
        _watch.Restart();
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        DateTime deadline = DateTime.UtcNow + _time + s_patience;
        StringBuilder hanging = new();
        foreach (Thread thread in threads)
        {
            TimeSpan left = deadline - DateTime.UtcNow;
            if (!thread.Join(left > TimeSpan.Zero ? left : TimeSpan.Zero))
            {
                Stop();
                hanging.Append(' ').Append(thread.Name);
            }
        }

        lock (_exceptions)
        {
            Assert.True(
                _exceptions.Count == 0 && hanging.Length == 0,
                $"Threads that hang:{(hanging.Length == 0 ? " none" : hanging)}. Exceptions: "
                    + $"{string.Join("\n\n", _exceptions)}");
        }
    }

    private void Run(Action body, Barrier gate)
    {
        try
        {
            gate.SignalAndWait();
            body();
        }
        catch (Exception exception)
        {
            lock (_exceptions)
            {
                _exceptions.Add(exception);
            }

            Stop();
        }
    }
}
