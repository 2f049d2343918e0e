/** The account of sdk/vectors/sign-up.json: its password is "correct horse battery staple". Published, so nobody's. */
export const e2eSignUpExample = {
  user_id: '019a0000-2120-7b1d-a374-c3b65a6bcff1',
  tier: 'e2e',
  auth: 1,
  password: 'FyFn3NvF5KpyDEKbV2kcnf0vUkO7o4_K8UIQM4nNNHM',
  kdf: {
    alg: 'argon2id',
    m_kib: 65536,
    t: 3,
    p: 1,
    salt: 'j6wvCmI9fDwoakKKa98MtQ',
  },
  keys: {
    master_key_id: 'H3hBnpR-_E-hKbtugSdKWA',
    slot: {
      id: '019c1c38-a400-7eff-a266-3f0d9f093bff',
      wrapped_master_key:
        'REIBBQEAAAABnBw4pAB-_6JmPw2fCTv_KD9m9Hp-jN5GSf2tA2gNpsXL20kAofCfVBpwKDKaNGb_BHYp0oQCRUkZnHkbU1zevxMUifY0675sRSVmvpHL5QDxJ8BXXQGG84BeLR36U30MyLJsgxTV5i-t8RsSrZ2l8VSJe-6VWRUDsiWRJnC3ZHtUqxoJWeg3',
    },
    identity:
      'RFMBAdd3ClfXlWMgDwEruN5_0l4BmgAAISB7HaN0w7Zaa8_xAAAAAAAAAAEAAAGcHDikAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQoOXBwagtWLaxJHOyM9u8o1H_UGZm65nWLww9FpOp8H41G3GujtVtYMCUFlxJL6sgQXpWVPuTR4LdXu0EEI-MTAAAieOUGRO-64IZhxrFOHNIhbj53oygTlswBQEJMVHImt7N2LLSCAYcg53I8qGmSj23iU0cVqksWK9BLMEytE_LA8',
    private_keys: [
      'REIBBwEAAAAfeEGelH78T6Epu26BJ0pYiBcT0FfsJL0VzmKO2Ixwy_kU4TJr5ptAmGKg0TPcGPJJYeyNnpXVYqyRvGBH9xfFZ9IL6MzGnlhHTw9nCl1cBhaf3Vk2dP3q',
      'REIBBwEAAAAfeEGelH78T6Epu26BJ0pYOk6n08Bc2Th9iotwTP_BfV_sV2R80HXJUkmRShod-9cMlMU41jr9M90Pr6ojHe3NqvMyNlnS9_B9mOz-ZllETC4EWMI0zeta',
    ],
  },
  recovery: [
    {
      id: '019c1c38-a400-7fa2-a480-d1127d456cab',
      verifier: 'XegD6AsGZ9Xf78YS0Bv6AhOeU5BS7nzgc-lmnQ-nSJM',
      wrapped_master_key:
        'REIBBgEAAAABnBw4pAB_oqSA0RJ9RWyrMsWLrSZK1UdTrx2nm-BzFJmJpRWfk4A0ScRhHqv9eLFc4w9oEumwSsaZJbP6C8dgRZpnJSsFboBYEZXxNQ4OUaHbdZAbgWdf32WxdbUTc4U8hoVJsRX0Cu9BO_Y5k0kRClLE9GPCHXnEGUiwTbVExKR9Ieivxfc3',
    },
    {
      id: '019c1c38-a400-7e82-8775-e385eea651fb',
      verifier: 'tqYfZXMio0tWmELz4KR4rjmBI5JE3lxe5DvfSUh-Nh0',
      wrapped_master_key:
        'REIBBgEAAAABnBw4pAB-god144XuplH7a93iCiKM07bslVEcR1R0Bqb3EKn4aGbIqyfQ7OOmAyo_jje8YLx4-vTFXppwRq40YAwG0MlW7EV-PAjOIaQ1MiVyL5wsC7Kekjo1VtNWYANZH9ujG5eQaK9vXX7l9dTxbM2TZAE4mLY6MO71MICCzfRLDpzPb8SG',
    },
    {
      id: '019c1c38-a400-75f9-a88e-59473f9baf96',
      verifier: 'bxow9u47hwIeqx-eIBUzEC-QsPayM0JTFI8brVQmrXs',
      wrapped_master_key:
        'REIBBgEAAAABnBw4pAB1-aiOWUc_m6-WQezyAj75a5DpVqfgIL8rZmmLTTgWotydUJpDovp23DcESXXIAPBdJ1vmQUejrkB5jhUEQOR34PONLfUKrXCTCgnTgMKkBIzME5iaqHk5N_acMDvqGlBKvnXpjuqUWZS00FdBRF6hBSAKAXxJoF_S3iuPTfEmtMCN',
    },
    {
      id: '019c1c38-a400-7a70-8f7e-f75ae6fb9cf5',
      verifier: 'AAhI1Ki8KwdOt4NDbf6YOsYxhuKMFe-a6IrirbYVC0U',
      wrapped_master_key:
        'REIBBgEAAAABnBw4pAB6cI9-91rm-5z1WgsXyvCEuUwk1dCLh68BSpDtEaGxjXEasLOq4xauP6Ymf7GhHwKzcFbP7WqP6WF0Q8zo6eMO58P-0CI0BcKNC2jKddpFm0XoUDj-uU7-b_JAyYPvXoD1HOt_YZMkZR5o6KFh_lpTOALRVMFcv0HjWIbFZdTIP_wn',
    },
    {
      id: '019c1c38-a400-7e6d-9ae1-a74a237fbe03',
      verifier: 'SKV7B4L4Yu4MCCuKxh-yfaswu6MnUdEdyO9EGMoqMD8',
      wrapped_master_key:
        'REIBBgEAAAABnBw4pAB-bZrhp0ojf74DRDb6YIStxz5RJUREXT7j_oXj-HnpvxE5-0MfBxTQWm8hbnCGh5KMdo6KvbYKdlqkdWs77Iif7eRzI10oVIW8CmRBLhU6tp1471ab4K6sjsysEg0yLkaCQ88F3y2kKD_GXdHvt43Mi1aL3hEd0bfVw0Im3sgFQdy1',
    },
    {
      id: '019c1c38-a400-7376-95c1-be2a79a394f1',
      verifier: 'eC0ZbIUFoM4TDky1sAqgpGHeXhnNS8j8piJfM0BCi0w',
      wrapped_master_key:
        'REIBBgEAAAABnBw4pABzdpXBvip5o5TxA-CGNfsFtvllKwbiXGL4_jBHvL91m6KORpiDd_uG8u5WAw2jpXqlP0bq1_HZyx7PfKTplVoIsRNClfZ21zfPdJf6eirL4AFoxYPhVTVZrp00VBNK9RCivMgEyQ2HaszsWil7HWEOVVut9bbpR5utDbkHFgSHI37x',
    },
    {
      id: '019c1c38-a400-7d32-8045-9921b69daffb',
      verifier: 'YTW0KMI8Dad1OrTu7HnzlPHpGsoWcsyaWjHiAuPcFP0',
      wrapped_master_key:
        'REIBBgEAAAABnBw4pAB9MoBFmSG2na_7Y2HK1Oz-3tKOx2M1rfus-z1uRflPrxJy0aGP1I8i_JmLM5NHexJw3jEeiKDTiREYCkZ5-RwI0a9LDiZB-rRPRZ38IHEoYzRJjK7dFb8srqkVIRHjpOnpsPW1KkpJzyJEo4hapLKFyJX5hE9tjLT9W5VKGX1sxFIm',
    },
    {
      id: '019c1c38-a400-7d0b-99ee-27c4957e1803',
      verifier: 'ZGYNe0yTFve2z5FDEKQqHYfnYyXYuHWEi3uYTeaZFpA',
      wrapped_master_key:
        'REIBBgEAAAABnBw4pAB9C5nuJ8SVfhgDrRwc5iZqLNlyFossvRUBmex2J4KLEt5zsjPNKuJ3rhO2JI6md_rSBaiCJj0X8qgl2mgPZLcExrWrOaiouuquJtU6OC3-2CzIpewKlaDzLFrMjs6g8krGaqb5jPzsYlhAZe7TlLmfM4oCHUVJQ7yzH7irj5HX0O16',
    },
    {
      id: '019c1c38-a400-7915-ab55-60102fa99c81',
      verifier: 'z3MNm5pXRK8ClCfDNzcWOkiyQmUOZ7GyD5HDskx2TRk',
      wrapped_master_key:
        'REIBBgEAAAABnBw4pAB5FatVYBAvqZyBbssDFwd7envqQ7VKVIiGS5YbaXW9wgaHXIbNbEFvZL0TtXJAGBVqI7wuoU-k69fUf8gdXyRJkVkkofCM3Uf0yZCVxbzUCD6PmVgFRip-01GLrFO_j53Dc6vrluLraNK6Um9YShrUkZTFTLOv8zyyPub2x7uhk_TE',
    },
    {
      id: '019c1c38-a400-78f2-bacf-760c7d053a35',
      verifier: 'znJcil9-t2qqP2bsIWYgOwl1dDBfrYDqm-YS5rpOLfs',
      wrapped_master_key:
        'REIBBgEAAAABnBw4pAB48rrPdgx9BTo1WSvc2TKlatAWIraAFjSKufN-Z0YuFwX_y18UNR3PqdxX8g7q6YNkSWbgjygzV80Va9qE8OCuXIpRfsjltO60b_fH0vrI6zEtEpB7vVJOsWdOKZvO2J8nov4bKEN4I42yqS4LH1OTMHNjBj0ZKnzbQR2C_RjYvivy',
    },
  ],
  email: 'ada@example.org',
};
