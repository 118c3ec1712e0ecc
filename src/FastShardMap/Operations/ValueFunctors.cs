#pragma warning disable MA0048, SA1402 // one family of one-member types: read together

namespace FastShardMap;

/// <summary>Changes a value in place.</summary>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <typeparam name="TArg">The type of an argument that is passed to the delegate, so that it need not
/// capture.</typeparam>
/// <param name="value">A copy of the value. It is stored when the delegate returns, and discarded if the delegate
/// throws.</param>
/// <param name="arg">The argument of the caller.</param>
public delegate void RefAction<TValue, in TArg>(ref TValue value, TArg arg)
    where TArg : allows ref struct;

/// <summary>Changes a value in place and returns a result.</summary>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <typeparam name="TArg">The type of an argument that is passed to the delegate, so that it need not
/// capture.</typeparam>
/// <typeparam name="TResult">The type of the result.</typeparam>
/// <param name="value">A copy of the value. It is stored when the delegate returns, and discarded if the delegate
/// throws.</param>
/// <param name="arg">The argument of the caller.</param>
/// <returns>The result.</returns>
public delegate TResult RefFunc<TValue, in TArg, out TResult>(ref TValue value, TArg arg)
    where TArg : allows ref struct;

/// <summary>Creates the value of an absent key. This is the struct form of a factory delegate; it is inlined and
/// allocates nothing.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public interface IValueFactory<TKey, TValue>
    where TKey : allows ref struct
{
    /// <summary>Creates the value. Runs once, under the shard's lock.</summary>
    /// <param name="key">The absent key.</param>
    /// <returns>The value to add.</returns>
    TValue Create(TKey key);
}

/// <summary>Creates the value of an absent key, or changes that of a present key. This is the struct form of two
/// delegates.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public interface IValueUpserter<TKey, TValue> : IValueFactory<TKey, TValue>
    where TKey : allows ref struct
{
    /// <summary>Changes the value of a present key. Runs once, under the shard's lock.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">A copy of the value. It is stored when the method returns, and discarded if the method
    /// throws.</param>
    void Update(TKey key, ref TValue value);
}

/// <summary>Changes the value of a present key. This is the struct form of a delegate.</summary>
/// <typeparam name="TValue">The type of the values.</typeparam>
public interface IValueUpdater<TValue>
{
    /// <summary>Changes the value. Runs once, under the shard's lock.</summary>
    /// <param name="value">A copy of the value. It is stored when the method returns, and discarded if the method
    /// throws.</param>
    void Update(ref TValue value);
}

/// <summary>Changes the value of a present key, or removes its entry. This is the struct form of a delegate.</summary>
/// <typeparam name="TValue">The type of the values.</typeparam>
public interface IValueKeeper<TValue>
{
    /// <summary>Changes the value, and decides whether to keep the entry. Runs once, under the shard's lock.</summary>
    /// <param name="value">A copy of the value. It is stored when the method returns, and discarded if the method
    /// throws.</param>
    /// <returns><see langword="true"/> to keep the entry with the changed value; <see langword="false"/> to remove
    /// it.</returns>
    bool Keep(ref TValue value);
}
