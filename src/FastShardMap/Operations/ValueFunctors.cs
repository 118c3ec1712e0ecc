#pragma warning disable MA0048, SA1402 // one family of one-member types: read together

namespace FastShardMap;

/// <summary>Changes a value in place.</summary>
/// <typeparam name="TValue">The value.</typeparam>
/// <typeparam name="TArg">An argument, so that the delegate need not capture.</typeparam>
/// <param name="value">A copy of the value; stored when the delegate returns, dropped if it throws.</param>
/// <param name="arg">The caller's argument.</param>
public delegate void RefAction<TValue, in TArg>(ref TValue value, TArg arg)
    where TArg : allows ref struct;

/// <summary>Changes a value in place and returns a result.</summary>
/// <typeparam name="TValue">The value.</typeparam>
/// <typeparam name="TArg">An argument, so that the delegate need not capture.</typeparam>
/// <typeparam name="TResult">The result.</typeparam>
/// <param name="value">A copy of the value; stored when the delegate returns, dropped if it throws.</param>
/// <param name="arg">The caller's argument.</param>
/// <returns>The result.</returns>
public delegate TResult RefFunc<TValue, in TArg, out TResult>(ref TValue value, TArg arg)
    where TArg : allows ref struct;

/// <summary>Makes the value of an absent key: the struct form of a factory delegate, inlined and free of allocation.</summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="TValue">The value.</typeparam>
public interface IValueFactory<TKey, TValue>
{
    /// <summary>Makes the value. Runs once, under the shard's lock.</summary>
    /// <param name="key">The absent key.</param>
    /// <returns>The value to add.</returns>
    TValue Create(TKey key);
}

/// <summary>Makes the value of an absent key or changes that of a present one: the struct form of two delegates.</summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="TValue">The value.</typeparam>
public interface IValueUpserter<TKey, TValue> : IValueFactory<TKey, TValue>
{
    /// <summary>Changes the value of a present key. Runs once, under the shard's lock.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">A copy of the value; stored on return, dropped on an exception.</param>
    void Update(TKey key, ref TValue value);
}

/// <summary>Changes the value of a present key: the struct form of a delegate.</summary>
/// <typeparam name="TValue">The value.</typeparam>
public interface IValueUpdater<TValue>
{
    /// <summary>Changes the value. Runs once, under the shard's lock.</summary>
    /// <param name="value">A copy of the value; stored on return, dropped on an exception.</param>
    void Update(ref TValue value);
}

/// <summary>Changes the value of a present key, or has its entry removed: the struct form of a delegate.</summary>
/// <typeparam name="TValue">The value.</typeparam>
public interface IValueKeeper<TValue>
{
    /// <summary>Changes the value and decides. Runs once, under the shard's lock.</summary>
    /// <param name="value">A copy of the value; stored on return, dropped on an exception.</param>
    /// <returns>True to keep the entry with the changed value, false to remove it.</returns>
    bool Keep(ref TValue value);
}
